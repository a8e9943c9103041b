package dev.distill.loss;

/**
 * The distillation loss over given training rows: α·T²·KL(teacher_T ‖ student_T) + (1 −
 * α)·CE(labels, student), per row, in nats (Hinton et al., 2015). The arithmetic is {@link
 * CombinedLoss}'s.
 */
public final class DistillationLoss {
  private final SoftTargets teacher;
  private final int[] labels;
  private final double alpha;
  private final boolean labelled;

  /**
   * A loss over rows.
   *
   * @param labels class index a row, or {@link CombinedLoss#UNLABELLED} for a row that learns from
   *     the teacher alone; shared, not to be changed
   * @param alpha weight of the teacher, 0 to 1
   */
  public DistillationLoss(SoftTargets teacher, int[] labels, double alpha) {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException("alpha must be from 0 to 1, got " + alpha);
    }
    if (teacher.probabilities().length != Math.multiplyExact(labels.length, teacher.classes())) {
      throw new IllegalArgumentException(
          "got %d labels for %d soft targets of %d classes"
              .formatted(labels.length, teacher.probabilities().length, teacher.classes()));
    }
    this.teacher = teacher;
    this.labels = labels;
    this.alpha = alpha;
    boolean all = true;
    for (int label : labels) {
      all &= label != CombinedLoss.UNLABELLED;
    }
    this.labelled = all;
  }

  /** Number of rows. */
  public int rows() {
    return labels.length;
  }

  /** Number of classes K. */
  public int classes() {
    return teacher.classes();
  }

  /** The weight of the teacher. */
  public double alpha() {
    return alpha;
  }

  /** The temperature T at which student and teacher are compared. */
  public double temperature() {
    return teacher.temperature();
  }

  /** The labels, class index a row; not to be changed. */
  public int[] labels() {
    return labels;
  }

  /**
   * Whether the loss is, up to a constant, the cross-entropy against one {@link #mixedTarget}: true
   * at T = 1, and where nothing is learned from the teacher, so that T does not matter.
   */
  public boolean isCrossEntropy() {
    return teacher.temperature() == 1 || isLabelsAlone();
  }

  /** Whether nothing is learned from the teacher: α = 0 and all rows have labels. */
  public boolean isLabelsAlone() {
    return alpha == 0 && labelled;
  }

  /**
   * α·teacher_T + (1 − α)·onehot(label): what a family learns that can't take the loss itself. An
   * unlabelled row's is the teacher's.
   *
   * @return rows × classes, row-major
   */
  public float[] mixedTarget() {
    int classes = classes();
    float[] mixed = new float[labels.length * classes];
    for (int i = 0; i < mixed.length; i++) {
      int label = labels[i / classes];
      double weight = label == CombinedLoss.UNLABELLED ? 1 : alpha;
      double hard = label == i % classes ? 1 - alpha : 0;
      mixed[i] = (float) (weight * teacher.probabilities()[i] + hard);
    }
    return mixed;
  }

  /**
   * The loss, a mean per row, in nats.
   *
   * @param logits rows × classes, row-major
   */
  public double value(float[] logits) {
    return CombinedLoss.value(
        teacher.temperature(),
        alpha,
        teacher.probabilities(),
        labels,
        logits,
        labels.length,
        classes());
  }

  /**
   * Gradient and diagonal curvature of each row's loss by its logits (not divided by the rows).
   *
   * @param logits rows × classes, row-major, and so are the outputs, owned by the caller
   */
  public void gradient(float[] logits, float[] gradient, float[] curvature) {
    CombinedLoss.gradient(
        teacher.temperature(),
        alpha,
        teacher.probabilities(),
        labels,
        logits,
        0,
        labels.length,
        classes(),
        gradient,
        curvature);
  }
}
