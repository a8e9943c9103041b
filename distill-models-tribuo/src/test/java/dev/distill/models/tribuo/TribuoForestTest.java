package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.FitCancelledException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TribuoForestTest extends FamilyTest {
  TribuoForestTest() {
    super(new TribuoForest());
  }

  @Test
  void ends_between_trees() {
    Task task = Task.random(60, 3, 2, 30);
    TestContext context = new TestContext();
    context.onReport(
        () -> {
          if (context.steps.size() == 4) {
            throw new FitCancelledException("enough");
          }
        });
    assertThatThrownBy(() -> task.fit(family, Map.of(), context))
        .isInstanceOf(FitCancelledException.class);
    assertThat(context.steps).containsExactly(1, 2, 3, 4);
  }

  @Test
  void another_seed_gives_another_forest() {
    Task task = Task.random(100, 5, 2, 31);
    assertThat(task.fitted(family, Map.of(), 1)).isNotEqualTo(task.fitted(family, Map.of(), 2));
  }

  @Test
  void few_features_a_split_still_leave_one() {
    Task task = Task.groups(100, 1, new float[] {.9f, .1f}, new float[] {.1f, .9f});
    float[] logits = task.fitted(family, Map.of("split_features", .2), 1);
    assertThat(logits[0]).isGreaterThan(logits[2]);
  }
}
