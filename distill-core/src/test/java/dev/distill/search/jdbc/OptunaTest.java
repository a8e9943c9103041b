package dev.distill.search.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.auto.AutoDistiller;
import dev.distill.auto.Cancellation;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.FakeFamily;
import dev.distill.auto.LocalTrialExecutor;
import dev.distill.auto.Planted;
import dev.distill.auto.SelectionRule;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.StudySettings;
import dev.distill.search.Direction;
import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python's Optuna reads our studies and we read its own. */
class OptunaTest {
  private static final Object NONE = new Object();

  /** Options of {@code c} that Python knows as something else than a string. */
  private static final Map<String, Object> EXTERNAL =
      Map.of("c=1", 1, "c=2.5", 2.5, "c=true", true, "c=null", NONE);

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void optuna_is_there() throws Exception {
    Optuna.assumeThere("optuna");
  }

  private Path file() {
    return folder.resolve("study.db");
  }

  private String python(String command, String study) throws IOException, InterruptedException {
    return Optuna.run(folder, command, "sqlite:///" + file(), study);
  }

  private Map<?, ?> dumped(String study) throws Exception {
    return (Map<?, ?>) Objects.requireNonNull(Json.read(python("dump", study)));
  }

  private static List<?> trials(Map<?, ?> dumped) {
    return Json.list(dumped, "trials");
  }

  /** What Optuna says of a trial, in the words of its script. */
  private static Map<String, Object> said(Trial trial, Map<String, Object> externals) {
    Map<String, Object> said = new LinkedHashMap<>();
    Map<String, @Nullable Object> params = new LinkedHashMap<>(trial.parameters().values());
    params.replaceAll((name, value) -> externals.getOrDefault(name + "=" + value, value));
    params.replaceAll((name, value) -> value == NONE ? null : value);
    said.put("number", trial.number());
    said.put("state", trial.state() == Trial.State.FAILED ? "FAIL" : trial.state().name());
    said.put("params", params);
    said.put("intermediate", curve(trial));
    said.put("user", trial.userAttributes());
    return said;
  }

  private static List<List<Number>> curve(Trial trial) {
    List<List<Number>> curve = new ArrayList<>();
    trial.curve().forEach((step, value) -> curve.add(List.of(step, value)));
    return curve;
  }

  private static void equal(Map<?, ?> dumped, Trial trial, Map<String, Object> externals) {
    said(trial, externals)
        .forEach((key, value) -> assertThat((Object) dumped.get(key)).as(key).isEqualTo(value));
    if (trial.state() == Trial.State.COMPLETE) {
      assertThat((Object) dumped.get("values")).isEqualTo(trial.values());
    }
    assertThat(time(dumped.get("started"))).isEqualTo(Optional.ofNullable(trial.started()));
    assertThat(time(dumped.get("ended"))).isEqualTo(Optional.ofNullable(trial.ended()));
  }

  private static Optional<Instant> time(@Nullable Object written) {
    return Optional.ofNullable(written)
        .map(text -> LocalDateTime.parse(text.toString()))
        .map(time -> time.atZone(ZoneId.systemDefault()).toInstant());
  }

  private Map<String, String> tables() throws SQLException {
    Map<String, String> tables = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT name, sql FROM sqlite_master")) {
      while (row.next()) {
        tables.put(
            row.getString(1), String.valueOf(row.getString(2)).replaceAll("\\s+", "").strip());
      }
    }
    return tables;
  }

  @Test
  void the_tables_are_optunas() throws Exception {
    python("enqueue", "e");
    Map<String, String> theirs = tables();
    Files.delete(file());
    JdbcStore.open(file()).close();
    Map<String, String> ours = tables();
    // Since 3.2.
    theirs.putIfAbsent("ix_trials_study_id", "CREATEINDEXix_trials_study_idONtrials(study_id)");
    assertThat(ours).isEqualTo(theirs);
  }

  @Test
  void optuna_reads_a_study_of_ours() throws Exception {
    List<Trial> written;
    try (JdbcStore store = JdbcStore.open(file())) {
      Study study =
          Study.builder(StoreContract.SPACE)
              .store(store)
              .identity(Map.of("data", "abc", "é", List.of(1.5, Map.of("a", true))))
              .directions(List.of(Direction.MAXIMIZE))
              .create();
      study.enqueue(StoreContract.SPACE.defaults(), "start", Map.of("why", "known good"));
      for (int i = 0; i < 8; i++) {
        SearchSpace part =
            i % 2 == 0 ? StoreContract.SPACE.where("family", "tree") : StoreContract.SPACE;
        int number = study.ask(part).orElseThrow().number();
        for (int step = 1; step <= i; step++) {
          study.report(number, step, 1.0 / step);
        }
        study.tell(number, List.of(Math.sin(i) / 3), List.of(i - 3.0), Map.of("i", i, "ü", "\"\n"));
      }
      study.prune(study.ask().orElseThrow().number(), Map.of());
      study.fail(study.ask().orElseThrow().number(), new IllegalStateException("no"));
      study.ask();
      study.enqueue(new Hyperparameters(Map.of("family", "tree", "depth", 3)));
      written = study.trials();
      // Ours stays open: another program may look on.
      equal((Map<?, ?>) trials(dumped("study")).get(0), written.get(0), Map.of());
    }
    Map<?, ?> read = dumped("study");
    assertThat((Object) read.get("directions")).isEqualTo(List.of("MAXIMIZE"));
    assertThat((Object) read.get("user"))
        .isEqualTo(Map.of("data", "abc", "é", List.of(1.5, Map.of("a", true))));
    assertThat((Object) read.get("best")).isEqualTo(2);
    assertThat((Object) read.get("rows")).isIn(12, "no pandas");
    for (Trial trial : written) {
      Map<?, ?> dumped = (Map<?, ?>) trials(read).get(trial.number());
      Map<String, Object> system = new LinkedHashMap<>(trial.systemAttributes());
      if (trial.state() == Trial.State.WAITING) {
        system.put("fixed_params", trial.parameters().values());
        trial = with(trial, new Hyperparameters(Map.of()));
      }
      if (trial.number() == 0) {
        system.put("fixed_params", trial.parameters().values());
      }
      assertThat((Object) dumped.get("system")).isEqualTo(system);
      equal(dumped, trial, Map.of());
      if (!trial.parameters().values().isEmpty()) {
        assertThat(String.valueOf(dumped.get("distributions"))).contains("choices=[tree, net]");
      }
    }
  }

  private static Trial with(Trial trial, Hyperparameters parameters) {
    return new Trial(
        trial.number(),
        trial.state(),
        parameters,
        trial.values(),
        trial.curve(),
        trial.userAttributes(),
        trial.systemAttributes(),
        trial.started(),
        trial.ended());
  }

  @Test
  void optuna_reads_the_studies_of_a_sweep() throws Exception {
    Map<String, List<String>> arguments = Map.of("--train", List.of("/a b/train.csv"));
    try (JdbcStore store = JdbcStore.open(file())) {
      StudySettings defaults = StudySettings.defaults();
      StudySettings settings =
          new StudySettings(
              defaults.sampler(),
              true,
              defaults.pruner(),
              defaults.pruneOn(),
              store,
              "s",
              false,
              Map.of("arguments", arguments));
      List<StudentModel> families =
          List.of(
              FakeFamily.soft("fake.a"),
              FakeFamily.soft("fake.b").cuttingAt(0.2f),
              FakeFamily.soft("fake.c").cuttingAt(0.9f));
      DistillConfig config = DistillConfig.builder().trials(12).build();
      new AutoDistiller(
              StudentCatalog.of(families),
              config,
              settings,
              SelectionRule::closestToTeacher,
              new LocalTrialExecutor(2))
          .distill(Planted.task(300), (outcome, best, done, total) -> {}, new Cancellation());
      assertThat(store.studies()).hasSize(5).contains("s/student", "s/twin");
      for (String study : store.studies()) {
        Map<?, ?> read = dumped(study);
        List<Trial> written = store.trials(study);
        assertThat(Objects.requireNonNull((Map<?, ?>) read.get("user")).get("arguments"))
            .isEqualTo(arguments);
        assertThat(trials(read)).hasSameSizeAs(written);
        for (Trial trial : written) {
          equal((Map<?, ?>) trials(read).get(trial.number()), trial, Map.of());
        }
        double least =
            written.stream()
                .filter(t -> t.state() == Trial.State.COMPLETE)
                .mapToDouble(Trial::value)
                .min()
                .orElseThrow();
        int best = ((Number) Objects.requireNonNull(read.get("best"))).intValue();
        assertThat(written.get(best).value()).isEqualTo(least);
      }
      assertThat(store.trials("s/student"))
          .anyMatch(t -> t.state() == Trial.State.PRUNED && !t.curve().isEmpty());
    }
  }

  @Test
  void optuna_reads_several_objectives() throws Exception {
    try (JdbcStore store = JdbcStore.open(file())) {
      Study study =
          Study.builder(StoreContract.SPACE)
              .store(store)
              .directions(List.of(Direction.MINIMIZE, Direction.MAXIMIZE))
              .create();
      double[][] values = {{1, 1}, {2, 3}, {1, 0}, {0, 0}};
      for (double[] each : values) {
        study.tell(
            study.ask().orElseThrow().number(),
            Arrays.stream(each).boxed().toList(),
            List.of(),
            Map.of());
      }
    }
    Map<?, ?> read = dumped("study");
    assertThat((Object) read.get("best")).isEqualTo(List.of(0, 1, 3));
    assertThat(((Map<?, ?>) trials(read).get(1)).get("values")).isEqualTo(List.of(2.0, 3.0));
  }

  @Test
  void we_read_a_study_of_optunas() throws Exception {
    python("make", "a");
    Map<?, ?> read = dumped("a");
    try (JdbcStore store = JdbcStore.open(file())) {
      StudyStore.Header header = store.find("a").orElseThrow();
      assertThat(header.directions()).containsExactly(Direction.MAXIMIZE);
      assertThat(header.userAttributes()).isEqualTo(Map.of("owner", List.of("me", 1)));
      assertThat(Objects.requireNonNull(header.space()).describe())
          .containsExactly(
              "x: number 1.0E-5 to 1.0 (log)",
              "y: number 0.0 to 1.0",
              "n: whole number -10 to 10",
              "m: whole number 1 to 64 (log)",
              "k: whole number 0 to 10",
              "c: one of [a, b, null, 1, 2.5, true]");
      List<Trial> trials = store.trials("a");
      assertThat(trials).hasSize(10);
      for (Trial trial : trials.subList(0, 9)) {
        Map<?, ?> dumped = (Map<?, ?>) trials(read).get(trial.number());
        equal(dumped, trial, EXTERNAL);
      }
      assertThat(trials.get(5).value()).isInfinite();
      assertThat(trials.get(3).state()).isEqualTo(Trial.State.PRUNED);
      assertThat(trials.get(9).state()).isEqualTo(Trial.State.WAITING);
      assertThat(trials.get(9).parameters().values()).isEqualTo(Map.of("x", 1.0, "c", "null"));
    }
  }

  @Test
  void we_read_conditional_studies_of_several_objectives() throws Exception {
    python("make_several", "b");
    try (JdbcStore store = JdbcStore.open(file())) {
      StudyStore.Header header = store.find("b").orElseThrow();
      assertThat(header.directions()).containsExactly(Direction.MINIMIZE, Direction.MAXIMIZE);
      assertThat(header.space()).isNull();
      assertThat(store.trials("b")).hasSize(12);
      for (Trial trial : store.trials("b")) {
        Object value =
            trial
                .parameters()
                .values()
                .get("p".equals(trial.parameters().choice("kind")) ? "x" : "i");
        assertThat(trial.value()).isEqualTo(((Number) Objects.requireNonNull(value)).doubleValue());
        assertThat(trial.values().get(1)).isEqualTo(-trial.value());
      }
    }
  }

  @Test
  void optuna_goes_on_with_ours_and_we_with_what_it_did() throws Exception {
    int before;
    try (JdbcStore store = JdbcStore.open(file())) {
      Study study = Study.builder(StoreContract.SPACE).store(store).create();
      for (int i = 0; i < 3; i++) {
        study.tell(study.ask().orElseThrow().number(), i);
      }
      study.enqueue(StoreContract.SPACE.defaults());
      python("go_on", "study");
      // The open store sees it.
      assertThat(study.trials()).hasSize(15);
      assertThat(study.trials().get(3).parameters()).isEqualTo(StoreContract.SPACE.defaults());
      assertThat(study.trials().get(3).state()).isEqualTo(Trial.State.COMPLETE);
      study.tell(study.ask().orElseThrow().number(), -7);
      before = study.trials().size();
    }
    python("go_on", "study");
    try (JdbcStore store = JdbcStore.open(file())) {
      Study study = Study.builder(StoreContract.SPACE).store(store).resume();
      assertThat(study.trials()).hasSize(before + 12);
      assertThat(study.trials()).allMatch(t -> t.state() == Trial.State.COMPLETE);
      for (Trial trial : study.trials()) {
        StoreContract.SPACE.complete(trial.parameters().values());
      }
    }
  }

  @Test
  void we_go_on_with_a_study_of_optunas_and_it_with_ours() throws Exception {
    python("make", "a");
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Real("x", 1e-5, 1, true, 0.1, ""))
            .add(new Hyperparameter.Real("y", 0, 1, false, 0.5, ""))
            .add(new Hyperparameter.Int("n", -10, 10, false, 0, ""))
            .add(new Hyperparameter.Int("m", 1, 64, true, 8, ""))
            .add(new Hyperparameter.Int("k", 0, 10, false, 5, ""))
            .add(
                new Hyperparameter.Choice(
                    "c", List.of("a", "b", "null", "1", "2.5", "true"), "a", ""))
            .build();
    try (JdbcStore store = JdbcStore.open(file())) {
      Study.Builder study =
          Study.builder(space).name("a").store(store).directions(List.of(Direction.MAXIMIZE));
      Study adopted = study.resume();
      Trial enqueued = adopted.ask().orElseThrow();
      assertThat(enqueued.number()).isEqualTo(9);
      assertThat(enqueued.parameters().values())
          .isEqualTo(space.complete(Map.of("x", 1.0, "c", "null")).values());
      adopted.tell(9, 1000);
      for (int i = 0; i < 5; i++) {
        adopted.tell(adopted.ask().orElseThrow().number(), -i);
      }
      assertThatThrownBy(() -> study.seed(99).resume()).hasMessageContaining("another seed");
    }
    python("go_on", "a");
    Map<?, ?> read = dumped("a");
    assertThat(trials(read)).hasSize(27);
    assertThat((Object) read.get("best")).isIn(5, 9); // an old one puts infinity last
    assertThat(((Map<?, ?>) trials(read).get(9)).get("values")).isEqualTo(List.of(1000.0));
  }

  @Test
  void we_run_what_optuna_enqueued() throws Exception {
    python("enqueue", "e");
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Real("x", 0, 2, false, 0.5, ""))
            .add(new Hyperparameter.Choice("c", List.of("a", "b"), "b", ""))
            .build();
    try (JdbcStore store = JdbcStore.open(file())) {
      Study study = Study.builder(space).name("e").store(store).resume();
      assertThat(study.ask().orElseThrow().parameters().values())
          .isEqualTo(Map.of("x", 1.0, "c", "b"));
      assertThat(study.ask().orElseThrow().number()).isEqualTo(2);
      assertThat(study.trials().get(1).failure()).contains("x must be from 0.0 to 2.0, got 5.0");
      study.tell(0, 1);
      study.fail(2, new Exception());
    }
    assertThat(trials(dumped("e"))).hasSize(3);
  }

  @Test
  void another_space_does_not_take_over_a_study_of_optunas() throws Exception {
    python("make", "a");
    SearchSpace space =
        SearchSpace.builder().add(new Hyperparameter.Real("x", 0, 1, false, 0.1, "")).build();
    try (JdbcStore store = JdbcStore.open(file())) {
      assertThatThrownBy(
              () ->
                  Study.builder(space)
                      .name("a")
                      .store(store)
                      .directions(List.of(Direction.MAXIMIZE))
                      .resume())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "study 'a' was made with another search space: x: number 1.0E-5 to 1.0 (log), got x: number 0.0 to 1.0");
    }
  }
}
