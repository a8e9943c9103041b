package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SplitTest {

  private static int[] labels(int rows, int classes, long seed) {
    Random random = new Random(seed);
    // skewed: the last classes are rare
    return IntStream.range(0, rows)
        .map(i -> (int) (classes * Math.pow(random.nextDouble(), 3)))
        .toArray();
  }

  private static int[] counts(int[] labels, int[] rows, int classes) {
    int[] counts = new int[classes];
    for (int row : rows) {
      counts[labels[row]]++;
    }
    return counts;
  }

  @Test
  void the_same_seed_gives_the_same_rows_on_every_jdk() {
    int[] labels = {0, 1, 0, 1, 0, 1, 0, 1, 2, 0};
    assertThat(Split.stratified(labels, 3, 0.3, 7).heldOut()).containsExactly(PINNED_SPLIT);
    assertThat(Folds.stratified(labels, 3, 3, 7).heldOut().get(1)).containsExactly(PINNED_FOLD);
    assertThat(Split.stratified(labels(1000, 3, 1), 3, 0.3, 1).heldOut())
        .isNotEqualTo(Split.stratified(labels(1000, 3, 1), 3, 0.3, 2).heldOut());
  }

  private static final int[] PINNED_SPLIT = {4, 5, 6};
  private static final int[] PINNED_FOLD = {2, 5, 6};

  @RepeatedTest(20)
  void a_split_has_every_row_once_and_the_share_of_every_class(RepetitionInfo repetition) {
    int seed = repetition.getCurrentRepetition(); // repeat: this repetition alone
    int classes = 2 + seed % 9;
    int[] labels = labels(30 + 41 * seed, classes, seed);
    double share = 0.05 + 0.04 * seed;
    Split split = Split.stratified(labels, classes, share, seed);
    assertThat(split.train()).isSorted();
    assertThat(split.heldOut()).isSorted();
    int[] all = Arrays.copyOf(split.train(), labels.length);
    System.arraycopy(split.heldOut(), 0, all, split.train().length, split.heldOut().length);
    assertThat(Arrays.stream(all).sorted())
        .containsExactlyElementsOf(IntStream.range(0, labels.length).boxed().toList());
    int[] total = counts(labels, all, classes);
    int[] held = counts(labels, split.heldOut(), classes);
    for (int k = 0; k < classes; k++) {
      if (total[k] > 1) {
        assertThat(held[k]).isBetween(1, total[k] - 1);
        assertThat(Math.abs(held[k] - share * total[k])).isLessThanOrEqualTo(1.0);
      } else {
        assertThat(held[k]).isZero();
      }
    }
  }

  @Test
  void a_share_of_large_classes_is_exact() {
    int[] labels = labels(10_000, 3, 4);
    assertThat(Split.stratified(labels, 3, 0.2, 4).heldOut()).hasSize(2000);
  }

  @Test
  void refuses_what_can_not_be_split() {
    assertThatThrownBy(() -> Split.stratified(new int[] {0, 1}, 2, 0.5, 1))
        .hasMessage("nothing to hold out of 2 rows, expected a class of at least two rows");
    assertThatThrownBy(() -> Split.stratified(new int[] {0, 0}, 1, Double.NaN, 1))
        .hasMessage("share must be between 0 and 1, got NaN");
    assertThatThrownBy(() -> Folds.stratified(new int[] {0, 1}, 2, 3, 1))
        .hasMessage("folds must be 2 to 2 (the rows), got 3");
  }

  @RepeatedTest(20)
  void folds_have_every_row_once_and_every_class_evenly(RepetitionInfo repetition) {
    int seed = repetition.getCurrentRepetition();
    int classes = 2 + seed % 5;
    int k = 2 + seed % 7;
    int[] labels = labels(20 + 13 * seed, classes, seed);
    Folds folds = Folds.stratified(labels, classes, k, seed);
    assertThat(folds.heldOut().stream().flatMapToInt(Arrays::stream).sorted())
        .containsExactlyElementsOf(IntStream.range(0, labels.length).boxed().toList());
    int[] total = counts(labels, IntStream.range(0, labels.length).toArray(), classes);
    for (int f = 0; f < k; f++) {
      int[] fold = folds.heldOut().get(f);
      assertThat(fold).isSorted();
      assertThat(fold.length).isBetween(labels.length / k, (labels.length + k - 1) / k);
      int[] held = counts(labels, fold, classes);
      for (int c = 0; c < classes; c++) {
        assertThat(held[c]).isBetween(total[c] / k, (total[c] + k - 1) / k);
      }
      assertThat(folds.train(f)).hasSize(labels.length - fold.length).doesNotContain(fold);
    }
  }
}
