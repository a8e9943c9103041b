package dev.distill.search.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.search.StoreException;
import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteStoreTest extends JdbcStoreContract {
  @TempDir private Path folder = Path.of("");

  private Path file() {
    return folder.resolve("study.db");
  }

  @Override
  StudyStore open() {
    return JdbcStore.open(file().toString(), QUICK);
  }

  @Override
  StudyStore reopened(StudyStore store) {
    store.close();
    return open();
  }

  @Override
  String url() {
    return "jdbc:sqlite:" + file();
  }

  private static AbstractThrowableAssert<?, ?> fails(ThrowingCallable work) {
    return assertThatThrownBy(work)
        .isInstanceOf(StoreException.class)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1));
  }

  private Study filled(int trials) {
    try (StudyStore store = open()) {
      Study study = study(store).create();
      for (int i = 0; i < trials; i++) {
        study.tell(study.ask().orElseThrow().number(), i);
      }
      return study;
    }
  }

  @Test
  void one_file_remains() throws IOException {
    filled(3);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void a_folder_that_is_missing() {
    Path beyond = folder.resolve("no").resolve("study.db");
    fails(() -> JdbcStore.open(beyond))
        .hasMessage(
            "the study store %s can't be made: there is no folder %s", beyond, beyond.getParent());
    fails(() -> JdbcStore.open(folder)).hasMessageContaining("is a folder: name a file");
  }

  @Test
  void a_file_that_must_be_there() throws IOException {
    fails(() -> JdbcStore.existing(file().toString()))
        .hasMessage("there is no study store %s; 'distill run --study' makes one", file());
    assertThat(file()).doesNotExist();
    Files.createFile(file());
    fails(() -> JdbcStore.existing(file().toString()))
        .hasMessage("there are no studies in " + file());
    assertThat(Files.size(file())).isZero();
  }

  @Test
  void a_file_of_something_else() throws IOException {
    byte[] text = "age,income\n1,2\n".repeat(200).getBytes(StandardCharsets.UTF_8);
    Files.write(file(), text);
    fails(this::open)
        .hasMessageContaining(file() + " is no study store: the file is not an SQLite database");
    assertThat(Files.readAllBytes(file())).isEqualTo(text);
  }

  @Test
  void a_file_that_was_cut_short() throws IOException {
    filled(100);
    byte[] whole = Files.readAllBytes(file());
    for (int length : new int[] {50, 5000, whole.length / 2, whole.length - 100}) {
      byte[] cut = Arrays.copyOf(whole, length);
      Files.write(file(), cut);
      fails(
              () -> {
                try (StudyStore store = open()) {
                  store.trials("study");
                }
              })
          .hasMessageMatching(".*(is damaged|is no study store).*");
      assertThat(Files.readAllBytes(file())).isEqualTo(cut);
    }
  }

  @Test
  void a_store_of_a_newer_schema() throws IOException {
    filled(1);
    sql("UPDATE version_info SET schema_version = 13");
    byte[] before = Files.readAllBytes(file());
    fails(this::open)
        .hasMessage(
            "the study store %s was made by a newer program (schema 13; known are schema 12, [v3.0.0.d, v3.2.0.a]): update Distill",
            file());
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
    sql("UPDATE version_info SET schema_version = 12");
    sql("INSERT INTO alembic_version VALUES ('v6.0.0.a')");
    fails(this::open).hasMessageContaining("made by a newer program (v6.0.0.a;");
    sql("UPDATE alembic_version SET version_num = 'v2.6.0.a'");
    fails(this::open).hasMessageContaining("older Optuna (v2.6.0.a); upgrade it with: optuna");
    sql("UPDATE alembic_version SET version_num = 'v3.2.0.a'");
    open().close();
  }

  @Test
  void a_file_that_may_not_be_written() {
    filled(2);
    try (StudyStore store = JdbcStore.open("jdbc:sqlite:" + file() + "?open_mode=1")) {
      Study study = study(store).resume();
      assertThat(study.trials()).hasSize(2);
      fails(study::ask)
          .hasMessageContaining(
              "the study store %s can't be written: make the file and its folder writable"
                  .formatted(file()));
    }
  }

  @Test
  void a_disk_that_is_full_loses_nothing() {
    filled(2);
    List<Trial> told = new ArrayList<>();
    // As many pages as the file may have stand for the room on the disk.
    try (StudyStore store = JdbcStore.open("jdbc:sqlite:" + file() + "?max_page_count=60")) {
      Study study = study(store).resume();
      fails(
              () -> {
                while (true) {
                  Trial trial = study.ask().orElseThrow();
                  study.tell(
                      trial.number(), List.of(1.0), List.of(), Map.of("x", "long".repeat(100)));
                  told.add(study.trials().get(trial.number()));
                }
              })
          .hasMessageContaining("has no room left to write; what was told before is kept");
      // It still fails, and still clearly.
      fails(
              () -> {
                while (true) {
                  study.ask();
                }
              })
          .hasMessageContaining("has no room left to write");
    }
    assertThat(told).isNotEmpty();
    try (StudyStore store = open()) {
      Study study = study(store).resume();
      assertThat(study.trials().subList(2, 2 + told.size())).isEqualTo(told);
      study.tell(study.ask().orElseThrow().number(), 5);
    }
  }

  @Test
  void a_file_that_somebody_locks() throws SQLException {
    filled(1);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement other = connection.createStatement();
        StudyStore store =
            JdbcStore.open(
                file().toString(),
                new JdbcStore.Timing(
                    Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofMillis(50)))) {
      Study study = study(store).resume();
      other.execute("BEGIN IMMEDIATE");
      fails(study::ask).hasMessageContaining("has been locked by another program for more than");
      assertThat(study.trials()).hasSize(1);
      other.execute("COMMIT");
      assertThat(study.ask().orElseThrow().number()).isEqualTo(1);
    }
  }

  @Test
  void what_is_no_url_or_has_no_driver() {
    fails(() -> JdbcStore.open("jdbc:mysql://me:secret@host/db?password=secret"))
        .hasMessage(
            "no driver for the study store jdbc:mysql://host/db: add com.mysql:mysql-connector-j to the class path");
    fails(() -> JdbcStore.open("postgresql://me:secret@host/db"))
        .hasMessage(
            "a study store is a file or a JDBC URL, which starts with 'jdbc:', got postgresql://host/db");
  }

  @Test
  void a_name_with_what_ends_a_name_elsewhere() throws IOException {
    Path odd = folder.resolve("a?b%41 #c;d=e.db");
    try (JdbcStore store = JdbcStore.open(odd)) {
      study(store).create();
    }
    assertThat(odd).isNotEmptyFile();
    try (JdbcStore store = JdbcStore.existing(odd.toString())) {
      assertThat(store.studies()).containsExactly("study");
    }
    Path absent = folder.resolve("c?d.db");
    fails(() -> JdbcStore.existing(absent.toString())).hasMessageContaining(absent.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trials SET datetime_start = 'yesterday'",
        "trials SET state = 'DONE'",
        "trial_params SET distribution_json = '{}'",
        "trial_params SET param_value = 7, distribution_json ="
            + " '{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [1]}}'"
      })
  void values_that_no_program_wrote(String change) {
    filled(1);
    sql("UPDATE " + change);
    try (StudyStore store = open()) {
      fails(() -> store.trials("study"))
          .hasMessageStartingWith("the study store " + file() + " holds what can't be read: ");
    }
  }

  @Test
  void attributes_that_cannot_be_read() {
    filled(1);
    sql("UPDATE trial_system_attributes SET value_json = '{\"a'");
    fails(() -> open().trials("study")).hasMessageContaining("holds what can't be read: not JSON");
  }
}
