package dev.distill.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distill.loss.CombinedLoss;
import dev.distill.loss.Softmax;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The contract of a {@link StudentModel}: a family that passes is trained honestly on the teacher's
 * distribution by any sweep, and what is shipped of it answers what it answered. A provider's test
 * extends it:
 *
 * <pre>{@code
 * final class PrototypesTest extends StudentModelContract {
 *   @Override
 *   protected StudentModel student() {
 *     return new Prototypes();
 *   }
 * }
 * }</pre>
 *
 * <p>A failure says which rule, what was expected, what came, and the seed that repeats it.
 */
@ExtendWith(ContractReport.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class StudentModelContract {
  /** How far a learned probability may be from the one that was taught. */
  private static final double LEARNED = 0.02;

  /** The same where a family's sampling of rows, or labels' own noise, comes on top. */
  private static final double SAMPLED = 0.03;

  /** For the service loader's sake, a family of its own each time. */
  protected abstract StudentModel student();

  // ---- what it learns ----

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3, 7})
  @DisplayName("learns a soft target")
  void learns_a_soft_target(int classes) {
    assumeDistils(classes);
    Task task = Task.twoGroups(classes);
    assertLearned("taught a share of " + shares(task), task, LEARNED, learned(task, 1, 1));
  }

  @Test
  @DisplayName("alpha = 1 ignores the labels")
  void alpha_one_ignores_the_labels() {
    assumeDistils(2);
    for (double temperature : level() == TargetLevel.LOSS_GRADIENT ? new double[] {1, 3} : ONE) {
      Task task = Task.twoGroups(few());
      Task other = task.with(new int[task.rows()]);
      assertSameStudent(
          "students of other labels at alpha = 1, T = " + temperature,
          task,
          learned(task, temperature, 1),
          learned(other, temperature, 1));
    }
  }

  @Test
  @DisplayName("alpha = 0 equals the labels")
  void alpha_zero_equals_the_labels() {
    Task labelled = Task.twoGroups(few());
    double[] uniform = new double[labelled.teacher().length];
    Arrays.fill(uniform, 1.0 / few());
    float[] logits = learned(labelled, 1, 0);
    assertSameStudent(
        "students of other teachers at alpha = 0",
        labelled,
        logits,
        learned(labelled.with(uniform), 1, 0));
    if (distils()) {
      assertLearned("labels in shares of " + shares(labelled), labelled, SAMPLED, logits);
    }
  }

  @Test
  @DisplayName("rows without labels learn from the teacher")
  void rows_without_labels_learn_from_the_teacher() {
    assumeDistils(2);
    Task task = Task.twoGroups(few());
    int[] none = new int[task.rows()];
    Arrays.fill(none, CombinedLoss.UNLABELLED);
    for (double alpha : new double[] {0, 0.5}) {
      assertLearned(
          "no labels, alpha = " + alpha, task, LEARNED, learned(task.with(none), 1, alpha));
    }
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3})
  @DisplayName("has T in the gradient")
  void has_temperature_in_the_gradient(int classes) {
    assumeDistils(classes);
    assumeTrue(level() == TargetLevel.LOSS_GRADIENT, "T is exact only where the loss is learned");
    Task task = Task.groups(300, Task.shares(classes, .9), Task.shares(classes, .3));
    float[] logits = learned(task, 3, 1);
    double[] soft = new double[logits.length];
    float[] softened = task.loss(3, 1).mixedTarget();
    for (int i = 0; i < soft.length; i++) {
      soft[i] = softened[i];
    }
    Expect.near(
        "softmax(z / T) after training at T = 3",
        classes,
        LEARNED,
        soft,
        probabilities(3, classes, logits));
    assertLearned("softmax(z) after training at T = 3", task, SAMPLED, logits);
  }

  // ---- helpers ----

  private static final double[] ONE = {1};

  private TargetLevel level() {
    return student().capabilities().level();
  }

  private boolean distils() {
    return level() != TargetLevel.HARD_LABELS;
  }

  /** Three classes, or as many as the family can. */
  private int few() {
    return Math.min(3, student().capabilities().maxClasses());
  }

  private void assumeDistils(int classes) {
    assumeTrue(distils(), "it learns from labels alone");
    assumeTrue(
        classes <= student().capabilities().maxClasses(), "it can't tell so many classes apart");
  }

  private static String shares(Task task) {
    return Arrays.toString(Arrays.copyOf(task.teacher(), 2 * task.classes()));
  }

  /** Fits with default hyperparameters in a sweep of its own; gives the training rows' logits. */
  private float[] learned(Task task, double temperature, double alpha) {
    try (Sweep sweep = new Sweep().temperature(temperature);
        FittedStudent fitted = sweep.fit(student(), task, alpha, Map.of())) {
      return logits(fitted, task.features(), task.classes());
    }
  }

  private static float[] logits(FittedStudent fitted, Matrix rows, int classes) {
    float[] logits = new float[rows.rows() * classes];
    Arrays.fill(logits, Float.NaN);
    fitted.logits(rows, logits);
    return logits;
  }

  private static double[] probabilities(double temperature, int classes, float[] logits) {
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = logits[i];
    }
    Softmax.softmax(temperature, probabilities, logits.length / classes, classes, probabilities);
    return probabilities;
  }

  private static void assertLearned(String what, Task task, double tolerance, float[] logits) {
    Expect.near(
        what, task.classes(), tolerance, task.teacher(), probabilities(1, task.classes(), logits));
  }

  /** Bit for bit, or, of a family that is not deterministic, what it learned. */
  private void assertSameStudent(String what, Task task, float[] expected, float[] got) {
    if (student().capabilities().deterministic()) {
      Expect.same(what, task.classes(), expected, got);
    } else {
      Expect.near(
          what,
          task.classes(),
          SAMPLED,
          probabilities(1, task.classes(), expected),
          probabilities(1, task.classes(), got));
    }
  }
}
