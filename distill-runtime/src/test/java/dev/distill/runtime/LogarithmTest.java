package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogarithmTest {
  private static final float FLOOR = (float) StrictMath.log(1e-6);

  @Test
  void the_logit_of_a_probability_has_a_floor() {
    assertThat(Logarithm.of(1.0)).isZero();
    assertThat(Logarithm.of(0.25)).isEqualTo((float) StrictMath.log(0.25));
    for (double p : new double[] {0, -0.0, 1e-6, 1e-7, -1, Double.NEGATIVE_INFINITY, Double.NaN}) {
      assertThat(Logarithm.of(p)).isEqualTo(FLOOR);
    }
    assertThat(Logarithm.of(1.0001e-6)).isGreaterThan(FLOOR);
    assertThat(Logarithm.of(Float.MAX_VALUE)).isBetween(88f, 89f);
  }

  @Test
  void a_single_tree_takes_it_in_its_leaves_to_the_bit() {
    for (long seed : Seeds.of(50).toArray()) {
      Random random = new Random(seed);
      int classes = 2 + random.nextInt(10);
      TreeEnsemble tree = RandomModels.forest(5, 1, classes, random);
      PortableModel folded = Logarithm.of(tree);
      assertThat(folded).isInstanceOf(TreeEnsemble.class);
      float[] rows = new RandomTrees(5, 2, random).rows(40, 0.2);
      float[] sums = new float[40 * classes];
      float[] actual = new float[40 * classes];
      tree.logits(rows, 40, sums);
      folded.logits(rows, 40, actual);
      for (int i = 0; i < sums.length; i++) {
        assertThat(Float.floatToIntBits(actual[i]))
            .as(Seeds.repeat(LogarithmTest.class, seed))
            .isEqualTo(Float.floatToIntBits(Logarithm.of((double) sums[i])));
      }
    }
  }

  @Test
  void what_is_more_than_the_leaves_of_one_tree_is_not_folded() {
    TreeEnsemble.Builder base =
        TreeEnsemble.builder(1, new float[] {0, .5f}).vectorTree(1).leaf(0, 0, .5f);
    check(base.build(), 0, 1);
    TreeEnsemble.Builder two = TreeEnsemble.builder(1, new float[2]);
    two.vectorTree(1).leaf(0, .25f, .25f).vectorTree(1).leaf(0, .5f, 0);
    check(two.build(), .75, .25);
    check(TreeEnsemble.builder(1, new float[2]).tree(1, 1).leaf(0, .5f).build(), 0, .5);
    check(TreeEnsemble.builder(1, new float[] {.5f, .5f}).build(), .5, .5);
  }

  private static void check(TreeEnsemble trees, double first, double second) {
    PortableModel model = Logarithm.of(trees);
    assertThat(model).isInstanceOf(Logarithm.class);
    float[] out = new float[2];
    model.logits(new float[1], 0, out, 0);
    assertThat(out).containsExactly(Logarithm.of(first), Logarithm.of(second));
  }

  @Test
  void predicts_the_first_of_equal_logits_even_where_the_sums_differ() {
    // Next to each other as floats, and the same as logits.
    float p = 0.0312f;
    float next = Math.nextUp(p);
    assertThat(Logarithm.of((double) next)).isEqualTo(Logarithm.of((double) p));
    assertThat(predict(0, p, next, 0)).isEqualTo(1);
    assertThat(predict(0, next, p, next)).isEqualTo(1);
    assertThat(predict(.5f, 1, .25f)).isEqualTo(1);
    // Nothing reaches the floor, or nothing leaves it as a float.
    assertThat(predict(0, 1e-7f, 5e-7f)).isZero();
    assertThat(predict(-1, -2, 0)).isZero();
    float floor = Math.nextUp(1e-6f);
    assertThat((double) floor).isGreaterThan(Logarithm.FLOOR);
    assertThat(Logarithm.of((double) floor)).isEqualTo(FLOOR);
    assertThat(predict(0, floor, 0)).isZero();
    assertThat(predict(Float.MAX_VALUE, 3, Float.MAX_VALUE)).isZero();
  }

  @Test
  void predicts_the_largest_logit_of_sums_that_are_close() {
    for (long seed : Seeds.of(2000).toArray()) {
      Random random = new Random(seed);
      float center = (float) Math.exp(random.nextGaussian() * 8);
      float[] sums = new float[2 + random.nextInt(6)];
      for (int k = 0; k < sums.length; k++) {
        sums[k] =
            random.nextInt(4) == 0
                ? random.nextFloat() * 2e-6f
                : Float.intBitsToFloat(Float.floatToIntBits(center) + random.nextInt(40));
      }
      int winner = 0;
      for (int k = 1; k < sums.length; k++) {
        winner = Logarithm.of((double) sums[k]) > Logarithm.of((double) sums[winner]) ? k : winner;
      }
      assertThat(predict(sums))
          .as("%s: %s", Seeds.repeat(LogarithmTest.class, seed), Arrays.toString(sums))
          .isEqualTo(winner);
    }
  }

  private static int predict(float... sums) {
    return Logarithm.of(TreeEnsemble.builder(1, sums).build()).predict(new float[1], 0);
  }

  @Test
  void sums_that_overflow_or_are_no_numbers_have_a_logit() {
    float max = Float.MAX_VALUE;
    PortableModel model =
        Logarithm.of(
            DenseNetwork.linear(2, 3, new float[] {max, 1, -max, max, 1, max}, new float[3]));
    float[] out = new float[3];
    float[] row = {2, 2};
    model.logits(row, 0, out, 0);
    assertThat(out).containsExactly(Float.POSITIVE_INFINITY, Logarithm.of(4.0), FLOOR);
    assertThat(model.predict(row, 0)).isZero();
    float[] missing = {Float.NaN, 0};
    model.logits(missing, 0, out, 0);
    assertThat(out).containsExactly(FLOOR, FLOOR, FLOOR);
    assertThat(model.predict(missing, 0)).isZero();
  }
}
