package dev.distill.testkit;

import dev.distill.loss.CombinedLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.spi.Matrix;
import dev.distill.spi.Validation;

/** A task's rows to watch, judged by the teacher and the labels alike. */
record Watched(Task task) implements Validation {
  @Override
  public Matrix features() {
    return task.features();
  }

  @Override
  public double loss(float[] logits) {
    return CombinedLoss.value(
        1,
        .5,
        SoftTargets.soften(task.teacher(), task.classes(), 1).probabilities(),
        task.labels(),
        logits,
        task.rows(),
        task.classes());
  }
}
