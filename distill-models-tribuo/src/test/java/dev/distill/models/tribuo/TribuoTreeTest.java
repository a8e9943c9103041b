package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.TaskShape;
import dev.distill.testkit.TestContext;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TribuoTreeTest extends FamilyTest {
  TribuoTreeTest() {
    super(new TribuoTree());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 30})
  void no_leaf_has_fewer_rows_than_told(int least) {
    Task task = Task.random(500, 4, 2, 20);
    float[] logits = task.fitted(family, Map.of("min_leaf_rows", least, "max_depth", 16), 1);
    Map<Float, Integer> leaves = new HashMap<>();
    for (int i = 0; i < task.rows(); i++) {
      leaves.merge(logits[2 * i], 1, Integer::sum);
    }
    assertThat(leaves.values()).allMatch(rows -> rows >= least);
    assertThat(leaves.size()).isGreaterThan(500 / (4 * least) - 1);
  }

  @Test
  void shrinkage_draws_a_node_to_its_parent() {
    Task task = Task.groups(200, 0, new float[] {.9f, .1f}, new float[] {.3f, .7f});
    double[] p = Task.softmax(task.fitted(family, Map.of("shrinkage", 50.0), 1), 2);
    // The root's mean is .6; a leaf of it is .3 off, less 1 / (1 + 50 / 200).
    assertThat(p[0]).isCloseTo(.6 + .3 / 1.25, within(1e-6));
    assertThat(p[2]).isCloseTo(.6 - .3 / 1.25, within(1e-6));
  }

  @Test
  void a_single_tree_is_ported_as_one_tree_of_logits() {
    Task task = Task.random(100, 4, 3, 22);
    assertThat(task.fit(family, Map.of(), new TestContext()).portable().orElseThrow())
        .isInstanceOfSatisfying(
            TreeEnsemble.class, trees -> assertThat(trees.trees()).isEqualTo(1));
  }

  @Test
  void many_rows_may_make_it_deeper_level_by_level() {
    SearchSpace few = family.searchSpace(new TaskShape(8_000, 16, 26));
    assertThat(few.wider(few.complete(Map.of("max_depth", 16)), 4)).isEmpty();
    SearchSpace many = family.searchSpace(new TaskShape(1_000_000, 16, 26));
    assertThat(many.wider(many.complete(Map.of("max_depth", 16)), 4))
        .hasValueSatisfying(wider -> assertThat(wider.integer("max_depth")).isEqualTo(18));
  }
}
