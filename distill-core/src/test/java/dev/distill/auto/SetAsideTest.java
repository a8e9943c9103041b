package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.data.Dataset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A student that predicts labels worse than its twin. */
public class SetAsideTest {

  /**
   * A sweep with a teacher that is wrong about every row by as much.
   *
   * @param teacherWeight what is wanted, as {@link DistillConfig#teacherWeight} has it
   */
  public static DistillationResult result(double teacherWeight) {
    DistillConfig config =
        DistillConfig.builder()
            .trials(4)
            .folds(2)
            .threads(1)
            .seed(7)
            .teacherWeight(teacherWeight)
            .build();
    return new AutoDistiller(
            StudentCatalog.of(List.of(FakeFamily.soft("fake.soft").cuttingAt(0.2f))), config)
        .distill(task(), (outcome, best, done, total) -> {}, new Cancellation());
  }

  private static DistillationTask task() {
    Dataset train = Planted.rows(2_000, false, 1);
    Dataset test = Planted.rows(2_000, true, 2);
    return DistillationTask.of(train, timid(train), test, timid(test));
  }

  /** Half-way between the planted probabilities and a coin. */
  private static double[] timid(Dataset rows) {
    double[] teacher = Planted.teacher(rows);
    for (int i = 0; i < teacher.length; i++) {
      teacher[i] = (teacher[i] + 0.5) / 2;
    }
    return teacher;
  }

  @Test
  void gives_its_place_to_the_twin() {
    DistillationResult result = result(0.5);
    DistillationResult.SetAside other = result.setAside().orElseThrow();
    assertThat(other.student().chosen().spec().kind()).isEqualTo(TrialSpec.Kind.STUDENT);
    assertThat(other.verdict().logLoss().upper()).isNegative();
    assertThat(other.verdict().kl().lower()).isPositive();
    assertThat(result.student()).isSameAs(result.twin());
    assertThat(result.verdict().logLoss().estimate()).isZero();
    assertThat(result.advice().action()).isEqualTo(Advice.Action.FIX_TEACHER);
  }

  @Test
  void is_what_who_wants_to_mimic_the_teacher_gets() {
    DistillationResult result = result(1);
    assertThat(result.setAside()).isEmpty();
    assertThat(result.student().chosen().spec().kind()).isEqualTo(TrialSpec.Kind.STUDENT);
    assertThat(result.verdict().logLoss().upper()).isNegative();
  }
}
