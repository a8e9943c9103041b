package dev.distill.search.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distill.search.StoreException;
import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** {@code mvn -Ppostgres}: with Debian's PostgreSQL, which the test starts and stops. */
@EnabledIfSystemProperty(named = "postgres", matches = "true")
class PostgresStoreTest extends JdbcStoreContract {
  private static @Nullable PostgresServer server;

  @TempDir private Path folder = Path.of("");
  private String address = "";

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> programs = PostgresServer.programs();
    if (programs.isEmpty()) {
      System.err.println("skipped: no PostgreSQL under /usr/lib/postgresql (Debian: postgresql)");
    }
    assumeTrue(programs.isPresent());
    server = PostgresServer.start(programs.get());
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void new_database() {
    address = Objects.requireNonNull(server).database();
  }

  @Override
  String url() {
    return PostgresServer.jdbc(address);
  }

  @Override
  StudyStore open() {
    return JdbcStore.open(url(), QUICK);
  }

  @Override
  StudyStore reopened(StudyStore store) {
    store.close();
    return open();
  }

  @Test
  void several_processes_share_a_study_and_one_is_killed() throws Exception {
    Path errors = Files.createFile(folder.resolve("errors"));
    KillTest.several(url(), errors);
  }

  @Test
  void optuna_reads_ours_and_goes_on_and_we_read_its_own() throws Exception {
    Optuna.assumeThere("optuna, psycopg2");
    String python = "postgresql+psycopg2://distill@" + address;
    try (StudyStore store = open()) {
      Study study = study(store).create();
      study.tell(study.ask().orElseThrow().number(), List.of(0.5), List.of(), Map.of("a", 1));
      study.report(study.ask().orElseThrow().number(), 1, 0.25);
      study.tell(1, 0.25);
      Map<?, ?> dumped =
          (Map<?, ?>)
              Objects.requireNonNull(Json.read(Optuna.run(folder, "dump", python, "study")));
      assertThat((Object) dumped.get("best")).isEqualTo(1);
      Optuna.run(folder, "go_on", python, "study");
      assertThat(study.trials()).hasSize(14);
      study.tell(study.ask().orElseThrow().number(), -1);
      Optuna.run(folder, "make", python, "a");
      assertThat(store.studies()).containsExactly("study", "a");
      assertThat(store.trials("a")).hasSize(10);
    }
  }

  @Test
  void a_server_that_is_not_there() {
    assertThatThrownBy(() -> JdbcStore.open("jdbc:postgresql://127.0.0.1:1/x?user=me"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(
            "the study store jdbc:postgresql://127.0.0.1:1/x can't be reached; check the address");
    assertThatThrownBy(() -> JdbcStore.open(url().replaceFirst("/study\\d+", "/nothing")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("can't be opened: make the database first");
    assertThatThrownBy(() -> JdbcStore.existing(url()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("there are no studies in jdbc:postgresql://127.0.0.1");
  }
}
