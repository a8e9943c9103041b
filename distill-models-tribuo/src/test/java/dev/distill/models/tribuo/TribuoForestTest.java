package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TribuoForestTest extends FamilyTest {
  TribuoForestTest() {
    super(new TribuoForest());
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
