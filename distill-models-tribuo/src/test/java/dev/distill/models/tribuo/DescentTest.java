package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Validation;
import dev.distill.testkit.TestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What families that are trained by gradient steps keep. */
abstract class DescentTest extends FamilyTest {
  DescentTest(StudentModel family) {
    super(family);
  }

  private static Validation watch(Matrix rows, ToDoubleFunction<float[]> loss) {
    return new Validation() {
      @Override
      public Matrix features() {
        return rows;
      }

      @Override
      public double loss(float[] logits) {
        return loss.applyAsDouble(logits);
      }
    };
  }

  @Test
  void every_epoch_is_reported() {
    Task task = Task.random(60, 3, 2, 40);
    TestContext context = new TestContext();
    FittedStudent student = task.fit(family, Map.of("epochs", 7), context);
    assertThat(context.steps()).containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(student.steps()).isEqualTo(7);
  }

  @Test
  void the_epoch_that_was_best_on_validation_rows_is_kept() {
    Task task = Task.random(60, 3, 2, 41);
    List<float[]> seen = new ArrayList<>();
    TestContext context =
        new TestContext()
            .validation(
                watch(
                    task.features(),
                    logits -> {
                      seen.add(logits.clone());
                      return Math.abs(seen.size() - 3);
                    }));
    FittedStudent student = task.fit(family, Map.of("epochs", 40), context);
    assertThat(student.steps()).isEqualTo(3);
    assertThat(task.logits(student)).containsExactly(seen.get(2));
    assertThat(seen.size()).isLessThan(40);
  }

  @Test
  void says_if_the_validation_loss_is_no_number() {
    Task task = Task.random(60, 3, 2, 42);
    TestContext context =
        new TestContext().validation(watch(task.features(), logits -> Double.NaN));
    assertThatThrownBy(() -> task.fit(family, Map.of(), context))
        .isInstanceOf(FitException.class)
        .hasMessageContaining("never a number");
  }

  @Test
  void rows_without_doubt_are_learned() {
    // Their gradients vanish, which Tribuo's factorisation machines hold in another form.
    Task task = Task.groups(200, 1, new float[] {1, 0, 0}, new float[] {0, 1, 0});
    float[] logits = task.fitted(family, Map.of("l2", 1e-4), 1);
    for (int i = 0; i < task.rows(); i++) {
      assertThat(logits[3 * i + i % 2]).isGreaterThan(logits[3 * i + 1 - i % 2] + 4);
    }
  }
}
