package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.FitException;
import dev.distill.spi.StudentModel;
import dev.distill.testkit.TestContext;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each family keeps besides the contract. */
abstract class FamilyTest {
  final StudentModel family;

  FamilyTest(StudentModel family) {
    this.family = family;
  }

  @Test
  void a_class_that_no_row_has_is_finite_and_last() {
    Task task = Task.groups(100, 1, new float[] {.6f, .4f, 0}, new float[] {.1f, .9f, 0});
    float[] logits = task.fitted(family, Map.of(), 1);
    for (int i = 0; i < task.rows(); i++) {
      assertThat(logits[i * 3 + 2])
          .isFinite()
          .isLessThan(Math.min(logits[i * 3], logits[i * 3 + 1]) - 2);
    }
  }

  @Test
  void rows_are_converted_once_a_sweep() {
    Task task = Task.random(100, 4, 2, 4);
    TestContext context = new TestContext();
    task.fit(family, Map.of(), context);
    task.fit(family, Map.of(), context);
    assertThat(context.made()).hasSize(1);
  }

  @Test
  void refuses_targets_that_are_no_numbers() {
    Task task = Task.random(50, 3, 2, 11);
    task.targets()[7] = Float.NaN;
    assertThatThrownBy(() -> task.fitted(family, Map.of(), 1))
        .isInstanceOf(FitException.class)
        .hasMessageContaining("training row 3");
  }
}
