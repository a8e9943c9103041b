package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.data.Dataset;
import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Table;
import dev.distill.spi.TargetLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TeacherTrainingTest {
  private final Dataset rows = Planted.rows(300, false, 1);
  private final Dataset others = Planted.rows(2_000, true, 2);
  private final List<String> notes = new ArrayList<>();
  private final Cancellation cancellation = new Cancellation();
  private final FakeFamily good = FakeFamily.soft("fake.good").cuttingAt(0.2f);
  private final FakeFamily useless = FakeFamily.soft("fake.useless").cuttingAt(-5);

  private AutoTeacher train(StudentModel... families) {
    return train(rows, families);
  }

  private AutoTeacher train(Dataset labelled, StudentModel... families) {
    return new TeacherTraining(
            StudentCatalog.of(List.of(families)),
            DistillConfig.builder().threads(2).build(),
            StudySettings.defaults(),
            (outcome, best, done, total) -> {},
            notes::add,
            cancellation)
        .train(labelled);
  }

  private static double logLoss(double[] probabilities, Dataset data) {
    return EnsembleSelection.logLoss(probabilities, data.labels(), 2);
  }

  @Test
  void it_is_as_good_as_its_best_family_on_other_rows() {
    AutoTeacher teacher = train(useless, good);
    double planted = logLoss(Planted.teacher(others), others);
    assertThat(logLoss(teacher.probabilities(others.features()), others))
        .isCloseTo(planted, within(0.02));
    assertThat(teacher.description())
        .contains("fake.good")
        .doesNotContain("fake.useless")
        .contains("the mean of 5 students");
    assertThat(notes).anyMatch(line -> line.startsWith("teacher: fake.useless on 5 folds"));
  }

  @Test
  void out_of_fold_answers_come_from_students_that_did_not_see_the_row() {
    AutoTeacher teacher = train(good);
    double[] answers = teacher.outOfFold();
    // The last five fits are a member's; the second feature of a training row is its index.
    List<FakeFamily.Fit> fits = good.fits();
    int[] unseen = new int[rows.rows()];
    for (FakeFamily.Fit fit : fits.subList(fits.size() - 5, fits.size())) {
      Matrix seen = fit.training().features();
      Set<Integer> indices = new TreeSet<>();
      for (int i = 0; i < seen.rows(); i++) {
        indices.add((int) seen.get(i, 1));
      }
      for (int i = 0; i < unseen.length; i++) {
        unseen[i] += indices.contains(i) ? 0 : 1;
      }
    }
    assertThat(unseen).containsOnly(1);
    // On either side of the split each fold's students answer in their own way, five in all.
    Set<Double> left = new TreeSet<>();
    for (int i = 0; i < rows.rows(); i++) {
      assertThat(answers[2 * i] + answers[2 * i + 1]).isCloseTo(1, within(1e-9));
      if (rows.features().get(i, 0) < 0.2f) {
        left.add(answers[2 * i]);
      }
    }
    assertThat(left).hasSizeBetween(2, 5);
    assertThat(good.open()).isZero();
  }

  @Test
  void where_rows_are_many_the_family_that_is_best_on_all_of_them_gets_more_capacity() {
    FakeFamily growing = FakeFamily.soft("fake.growing").withUnitsLikeRows();
    // A search of 8 000 rows wants 8 units, its members of 40 000 more.
    AutoTeacher teacher = train(Planted.rows(50_000, false, 1), growing, useless);
    assertThat(
            growing.fits().stream()
                .filter(fit -> fit.training().features().rows() == 40_000)
                .map(fit -> fit.hyperparameters().integer("units")))
        .filteredOn(units -> units > 20 && units <= 64)
        .hasSizeGreaterThanOrEqualTo(5);
    assertThat(logLoss(teacher.probabilities(others.features()), others))
        .isCloseTo(logLoss(Planted.teacher(others), others), within(0.04));
  }

  @Test
  void where_rows_are_many_who_is_far_behind_on_two_folds_is_not_fitted_on_the_others() {
    FakeFamily near = FakeFamily.soft("fake.near").cuttingAt(0.21f);
    FakeFamily behind = FakeFamily.soft("fake.behind").cuttingAt(0.6f);
    AutoTeacher teacher = train(Planted.rows(50_000, false, 1), good, near, behind, useless);
    assertThat(teacher.description()).contains("fake.good");
    assertThat(onFolds(behind)).isEqualTo(2);
    assertThat(onFolds(near)).isGreaterThanOrEqualTo(5);
    assertThat(notes).anyMatch(line -> line.startsWith("teacher: fake.behind on 2 of 5 folds"));
  }

  @Test
  void where_rows_are_many_the_best_is_fitted_on_all_folds_though_the_time_is_over() {
    FakeFamily quick = FakeFamily.soft("fake.quick").cuttingAt(0.6f);
    FakeFamily slow =
        FakeFamily.soft("fake.slow")
            .cuttingAt(0.2f)
            .before(
                fit -> {
                  for (int i = 0; i < 20; i++) {
                    FakeFamily.pause();
                  }
                  if (fit.training().features().rows() == 40_000) {
                    cancellation.cancel();
                  }
                });
    AutoTeacher teacher = train(Planted.rows(50_000, false, 1), quick, slow, useless);
    assertThat(notes.get(0)).startsWith("teacher: fake.quick on 2 of 5 folds");
    assertThat(teacher.description()).contains("fake.slow").doesNotContain("fake.quick");
  }

  private static long onFolds(FakeFamily family) {
    return family.fits().stream().filter(fit -> fit.training().features().rows() == 40_000).count();
  }

  @Test
  void the_same_seed_gives_the_same_teacher() {
    double[] once = train(good, useless).probabilities(others.features());
    double[] again =
        train(FakeFamily.soft("fake.good").cuttingAt(0.2f), useless)
            .probabilities(others.features());
    assertThat(again).containsExactly(once);
  }

  @Test
  void families_that_know_labels_alone_take_part() {
    FakeFamily hard = new FakeFamily("fake.hard", TargetLevel.HARD_LABELS).cuttingAt(0.2f);
    assertThat(train(hard, useless).description()).contains("fake.hard");
  }

  @Test
  void a_family_that_fails_is_left_out() {
    AtomicInteger failures = new AtomicInteger();
    FakeFamily broken =
        FakeFamily.soft("fake.broken")
            .cuttingAt(0.2f)
            .before(
                fit -> {
                  // Works for its first trials in the search, and later no more.
                  if (fit.number() >= 20) {
                    failures.incrementAndGet();
                    throw new FitException("broken by now");
                  }
                });
    assertThat(train(broken, good).description())
        .contains("fake.good")
        .doesNotContain("fake.broken");
    assertThat(failures).hasPositiveValue();
    assertThat(notes).noneMatch(line -> line.contains("fake.broken"));
  }

  @Test
  void where_nothing_works_it_says_why() {
    FakeFamily broken =
        FakeFamily.soft("fake.broken")
            .before(
                fit -> {
                  throw new FitException("broken always");
                });
    assertThatThrownBy(() -> train(broken))
        .isInstanceOf(SweepException.class)
        .hasMessageContaining("broken always");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> train(FakeFamily.soft("fake.one").maxClasses(1)))
        .withMessageContaining("no family on the class path can be a teacher of 2 classes");
  }

  @Test
  void ended_early_it_has_one_member() {
    cancellation.cancel();
    AutoTeacher teacher = train(good, useless);
    assertThat(notes).hasSize(1);
    assertThat(logLoss(teacher.probabilities(others.features()), others)).isLessThan(0.7);
  }

  @Test
  void it_is_asked_about_rows_of_its_own_columns_and_classes() {
    AutoTeacher teacher = train(good);
    Table table =
        Table.of("new.csv", List.of("x", "row"), new float[][] {{-0.5f, 1}, {0.5f, 2}, {0, 3}});
    teacher.check(table, List.of("no", "yes"));
    double[] answers = teacher.probabilities(table, List.of("no", "yes"));
    assertThat(answers).hasSize(6);
    assertThat(answers[0]).isCloseTo(0.9, within(0.1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> teacher.check(table, List.of("yes", "no")))
        .withMessageContaining("trained for classes [no, yes], asked for [yes, no]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> teacher.check(table.select(List.of("x")), List.of("no", "yes")))
        .withMessageContaining("row");
  }

  @Test
  void what_it_costs_can_be_measured() {
    AutoTeacher teacher = train(good);
    assertThat(teacher.portable(List.of("x", "row"), List.of("no", "yes"))).hasSizeGreaterThan(4);
  }

  @Test
  void its_student_has_the_rest_of_the_time_and_a_tenth_of_its_own_for_a_row() {
    FakeFamily third = FakeFamily.soft("fake.third").cuttingAt(-4);
    AutoTeacher large =
        train(FakeFamily.soft("fake.large").cuttingAt(0.2f).withIdleTrees(2_000), useless, third);
    Duration passed = Duration.ofSeconds(4);
    DistillConfig open = DistillConfig.builder().timeout(Duration.ofSeconds(10)).build();
    assertThat(open.afterTraining(large, passed).timeout()).isEqualTo(Duration.ofSeconds(6));
    assertThat(open.afterTraining(large, passed).limits())
        .isEqualTo(new Limits(Math.rint(large.nanos() / 10), 0));
    assertThat(large.nanos()).isGreaterThan(10_000);
    assertThat(open.afterTraining(train(good, useless, third), passed).limits())
        .isEqualTo(new Limits(500 + 3 * 2, 0));
    assertThat(open.afterTraining(train(good, useless), passed).limits())
        .as("of two families none may keep it")
        .isEqualTo(Limits.NONE);
    DistillConfig.Builder config = DistillConfig.builder();
    for (DistillConfig said :
        List.of(
            config.limits(new Limits(0, 9_000)).build(),
            config.limits(Limits.NONE).families(List.of("fake.good")).build(),
            config.families(List.of()).tolerance(Tolerance.within(0.01)).build())) {
      assertThat(said.afterTraining(large, passed).limits()).isEqualTo(said.limits());
    }
  }

  @Test
  void without_a_teacher_one_is_trained() {
    DistillationResult result =
        Distiller.builder()
            .train(rows)
            .families(StudentCatalog.of(List.of(good, useless)))
            .configure(config -> config.trials(4).threads(2).folds(2).augment(0))
            .run();
    assertThat(result.task().heldOut()).isTrue();
    assertThat(result.task().train().rows() + result.task().test().rows()).isEqualTo(300);
    // Nobody saw the test rows before: neither teacher nor student.
    Set<Float> test = new TreeSet<>();
    for (int i = 0; i < result.task().test().rows(); i++) {
      test.add(result.task().test().features().get(i, 1));
    }
    for (FakeFamily.Fit fit : good.fits()) {
      for (int i = 0; i < fit.training().features().rows(); i++) {
        assertThat(test).doesNotContain(fit.training().features().get(i, 1));
      }
    }
    assertThat(result.student().test().get("kl")).isLessThan(0.1);
  }
}
