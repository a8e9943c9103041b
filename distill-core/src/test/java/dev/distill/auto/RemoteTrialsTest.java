package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.data.MoreRows;
import dev.distill.runtime.Schema;
import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Trials that go to workers and come back as bytes. */
@Timeout(120)
class RemoteTrialsTest {

  /** Workers of this process, who get nothing but bytes. */
  private static final class Workers implements TrialExecutor, TrialWorkers {
    private final StudentCatalog families;
    private final List<Integer> rounds = Collections.synchronizedList(new ArrayList<>());
    private final List<byte[]> trials = Collections.synchronizedList(new ArrayList<>());
    private int open;
    private boolean dead;

    Workers(List<StudentModel> families) {
      this.families = StudentCatalog.of(families);
    }

    @Override
    public void run(
        Supplier<Optional<TrialSpec>> next,
        Function<TrialSpec, TrialOutcome> run,
        Consumer<TrialOutcome> tell) {
      new LocalTrialExecutor(2).run(next, run, tell);
    }

    @Override
    public Optional<TrialWorkers> workers() {
      return Optional.of(this);
    }

    @Override
    public int atOnce() {
      return 2;
    }

    @Override
    public Round begin(RoundData data) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      data.writeTo(bytes);
      rounds.add(bytes.size());
      open++;
      TrialWorker worker =
          TrialWorker.read(new ByteArrayInputStream(bytes.toByteArray()), families);
      return new Round() {
        @Override
        public Optional<byte[]> run(byte[] trial, BooleanSupplier stop) {
          trials.add(trial);
          if (dead) {
            throw new FitException("each worker that ran it died");
          }
          return stop.getAsBoolean() ? Optional.empty() : Optional.of(worker.run(trial, 1, stop));
        }

        @Override
        public void close() {
          worker.close();
          open--;
        }
      };
    }
  }

  private static List<StudentModel> families() {
    return List.of(
        FakeFamily.soft("fake.first").withSteps(),
        FakeFamily.soft("fake.second").cuttingAt(0.6f),
        FakeFamily.soft("fake.third").cuttingAt(-0.4f),
        FakeFamily.soft("fake.large").cuttingAt(0.2f).withIdleTrees(2_000),
        FakeFamily.soft("fake.fourth")
            .before(
                fit -> {
                  throw new IllegalStateException("no " + fit.number() % 1);
                }));
  }

  private static DistillationResult distil(
      DistillationTask task, DistillConfig config, TrialExecutor executor) {
    return new AutoDistiller(
            StudentCatalog.of(families()),
            config,
            StudySettings.defaults(),
            SelectionRule.of(config),
            executor)
        .distill(task, (outcome, best, done, total) -> {}, new Cancellation());
  }

  /** What is known of each trial but the time it took. */
  private static List<String> told(DistillationResult result) {
    return result.trials().stream()
        .map(
            o ->
                "%s %s %s %s %s %s %s %s %s"
                    .formatted(
                        o.spec(),
                        o.loss(),
                        o.standardError(),
                        o.kl(),
                        o.accuracy(),
                        o.steps(),
                        o.cost(),
                        o.pruned(),
                        o.failure().map(Causes::text)))
        .sorted()
        .toList();
  }

  private static void same(DistillationTask task, DistillConfig config, int rounds) {
    DistillationResult here = distil(task, config, new LocalTrialExecutor(2));
    Workers workers = new Workers(families());
    DistillationResult there = distil(task, config, workers);
    assertThat(told(there)).isEqualTo(told(here));
    assertThat(there.student().file().toBytes()).isEqualTo(here.student().file().toBytes());
    assertThat(workers.trials).isNotEmpty();
    assertThat(workers.rounds).hasSize(rounds);
    assertThat(workers.open).as("rounds are closed").isZero();
  }

  private static DistillConfig.Builder config() {
    return DistillConfig.builder().trials(12).threads(2).seed(3);
  }

  @Test
  void few_rows_come_to_the_same_student_and_are_brought_once() {
    same(Planted.task(300), config().folds(3).build(), 1);
  }

  @Test
  void many_rows_are_looked_at_first_and_then_all_of_them() {
    DistillConfig config = config().foldRows(100).searchRows(400).build();
    same(Planted.task(1_500), config, 2);
    assertThat(told(distil(Planted.task(1_500), config, new Workers(families()))))
        .as("looks are pruned")
        .anyMatch(line -> line.contains(" true "));
  }

  @Test
  void looks_count_with_what_they_are_above_limits() {
    DistillConfig config =
        config().foldRows(100).searchRows(400).limits(new Limits(0, 20_000)).build();
    same(Planted.task(1_500), config, 2);
  }

  @Test
  void rows_without_labels_costs_and_calibrated_answers_go_with_them() {
    DistillationTask task = Planted.task(600);
    Matrix features = Planted.rows(2_400, false, 5).features();
    double[] answers = Planted.teacher(Planted.rows(2_400, false, 5));
    DistillationTask more = task.with(MoreRows.given(features, answers, 600));
    DistillConfig config =
        config()
            .foldRows(100)
            .teacherWeight(0)
            .limits(new Limits(0, 100_000))
            .goals(List.of(Goal.LOSS, Goal.BYTES))
            .augment(4)
            .build();
    same(more, config, 1);
  }

  @Test
  void the_reference_plan_too() {
    same(
        Planted.task(300),
        config().trials(1).plan(SweepPlan.REFERENCE).temperatures(List.of(1.0)).build(),
        1);
  }

  @Test
  void workers_who_die_fail_their_trials_and_say_so() {
    Workers workers = new Workers(families());
    workers.dead = true;
    assertThatThrownBy(() -> distil(Planted.task(300), config().build(), workers))
        .isInstanceOf(SweepException.class)
        .hasMessageContaining("each worker that ran it died");
    assertThat(workers.open).isZero();
  }

  @Test
  void a_family_that_workers_do_not_have_fails_there_alone() {
    List<StudentModel> fewer = families().subList(0, 2);
    DistillationResult result =
        distil(Planted.task(300), config().folds(2).build(), new Workers(fewer));
    assertThat(result.trials())
        .filteredOn(o -> o.spec().family().equals("fake.third"))
        .isNotEmpty()
        .allSatisfy(o -> assertThat(o.failure()).isPresent());
  }

  @Test
  void what_is_no_round_is_refused() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Wire.write(new DataOutputStream(bytes), "distill round 0");
    assertThatThrownBy(
            () ->
                TrialWorker.read(
                    new ByteArrayInputStream(bytes.toByteArray()), StudentCatalog.of(families())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("distill round 0");
  }

  @Test
  void a_round_is_read_as_it_was_written() throws IOException {
    DistillationTask task = Planted.task(200);
    DistillConfig config = config().trialTimeout(Duration.ofSeconds(7)).build();
    Schema schema =
        new Schema(
            List.of(
                new Schema.NumberColumn("x"),
                new Schema.CategoryColumn(
                    "a", Schema.Coding.FREQUENCY_RANK, List.of("ä", "b", "c"))));
    dev.distill.data.Dataset data =
        new dev.distill.data.Dataset(
            schema,
            task.train().features(),
            task.train().labels(),
            task.train().classes(),
            "label");
    Cut whole = Cut.of(Rows.cut(data, config).search());
    Cut look = new Cut(new TreeMap<>(java.util.Map.of(1, whole.folds().get(1))), whole.folds());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new RoundBytes(data, task.trainTeacher(), new double[0], config, look, whole)
        .write(new DataOutputStream(bytes));
    RoundBytes read =
        RoundBytes.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(read.data().schema()).isEqualTo(schema);
    assertThat(read.data().features().values()).isEqualTo(data.features().values());
    assertThat(read.teacher()).isEqualTo(task.trainTeacher());
    assertThat(read.config().trialTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(read.config().costs()).isFalse();
    assertThat(read.config().limits()).isEqualTo(Limits.NONE);
    assertThat(read.look().shares().get(1))
        .as("a fold of two cuts is one object")
        .isSameAs(read.cut().folds().get(1));
    assertThat(read.cut().folds()).hasSameSizeAs(whole.folds());
    assertThat(read.cut().folds().get(0).trainRows()).isEqualTo(whole.folds().get(0).trainRows());
  }
}
