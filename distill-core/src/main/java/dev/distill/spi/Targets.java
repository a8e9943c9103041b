package dev.distill.spi;

import dev.distill.loss.DistillationLoss;

/** What a family learns from: one form a {@link TargetLevel}, made by core. */
public sealed interface Targets {

  /** For {@link TargetLevel#LOSS_GRADIENT}: the loss over the training rows. */
  record Gradient(DistillationLoss loss) implements Targets {}

  /**
   * For {@link TargetLevel#SOFT_TARGETS}: a distribution a row.
   *
   * @param distribution rows × classes, row-major, each row summing to 1; not to be changed
   */
  record Soft(float[] distribution) implements Targets {}

  /**
   * For {@link TargetLevel#WEIGHTED_LABELS}: each training row once for every class.
   *
   * @param weights rows × classes, row-major: the weight of the example (row, class); not to be
   *     changed
   */
  record WeightedLabels(float[] weights) implements Targets {}

  /**
   * For {@link TargetLevel#HARD_LABELS}.
   *
   * @param labels class index a row; not to be changed
   */
  record Hard(int[] labels) implements Targets {}
}
