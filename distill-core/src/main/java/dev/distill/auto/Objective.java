package dev.distill.auto;

/**
 * What a search minimises on validation rows: w·KL(teacher ‖ student) + (1 − w)·CE(labels,
 * student), both at T = 1 and per row in nats, so that trials with different T and α can be
 * compared.
 *
 * <p>Up to the constant it is the cross-entropy against the mixed target m = w·teacher + (1 −
 * w)·label, which is what the arrays hold.
 */
final class Objective {
  private final int rows;
  private final int classes;
  private final float[] mixed;
  // Weighted entropies of the teacher, one a row.
  private final double[] constants;

  /**
   * An objective over rows.
   *
   * @param teacher rows × classes probabilities
   * @param labels class index a row
   * @param weight share of the teacher, 0 to 1
   */
  Objective(double[] teacher, int[] labels, int classes, double weight) {
    this.rows = labels.length;
    this.classes = classes;
    mixed = new float[rows * classes];
    constants = new double[rows];
    for (int i = 0; i < mixed.length; i++) {
      double p = teacher[i];
      mixed[i] = (float) (weight * p + (labels[i / classes] == i % classes ? 1 - weight : 0));
      if (p > 0) {
        constants[i / classes] -= weight * p * Math.log(p);
      }
    }
  }

  /** The objective of logits as they are; not finite if any of them is not. */
  double loss(float[] logits) {
    return loss(logits, 1);
  }

  /** The objective of logits divided by a temperature. */
  double loss(float[] logits, double temperature) {
    return evaluate(logits, 1 / temperature).loss;
  }

  /**
   * The standard error of {@link #loss(float[], double)} as a mean over rows: the rows' standard
   * deviation by the root of their number; 0 for a single row.
   */
  double standardError(float[] logits, double temperature) {
    Slope at = evaluate(logits, 1 / temperature);
    double variance = Math.max(0, at.square - at.loss * at.loss);
    return rows < 2 ? 0 : Math.sqrt(variance / (rows - 1));
  }

  /**
   * The scalar temperature that the logits must be divided by for the lowest objective (Guo et al.,
   * 2017): found by Newton's method, safeguarded by bisection, on the inverse temperature, in which
   * the objective is convex.
   */
  double calibrate(float[] logits) {
    double low = 0.02;
    double high = 50;
    double inverse = 1;
    for (int i = 0; i < 40; i++) {
      Slope at = evaluate(logits, inverse);
      if (!Double.isFinite(at.first)) {
        return 1;
      }
      if (at.first == 0) {
        return 1 / inverse;
      }
      if (at.first > 0) {
        high = inverse;
      } else {
        low = inverse;
      }
      double next = inverse - at.first / at.second;
      if (!(next > low && next < high)) {
        next = Math.sqrt(low * high);
      }
      if (Math.abs(next - inverse) <= 1e-6 * inverse) {
        return 1 / next;
      }
      inverse = next;
    }
    return 1 / inverse;
  }

  /**
   * The objective at an inverse temperature.
   *
   * @param square mean of the rows' squared losses
   * @param first derivative of the loss by the inverse temperature
   * @param second derivative
   */
  private record Slope(double loss, double square, double first, double second) {}

  private Slope evaluate(float[] logits, double inverse) {
    double loss = 0;
    double squares = 0;
    double first = 0;
    double second = 0;
    for (int i = 0; i < rows; i++) {
      int at = i * classes;
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, logits[at + k]);
      }
      double sum = 0;
      double mean = 0;
      double squared = 0;
      double target = 0;
      for (int k = 0; k < classes; k++) {
        double shifted = logits[at + k] - max;
        double e = Math.exp(shifted * inverse);
        sum += e;
        mean += e * shifted;
        squared += e * shifted * shifted;
        target += mixed[at + k] * shifted;
      }
      mean /= sum;
      squared /= sum;
      double row = Math.log(sum) - target * inverse - constants[i];
      loss += row;
      squares += row * row;
      first += mean - target;
      second += squared - mean * mean;
    }
    return new Slope(loss / rows, squares / rows, first / rows, second / rows);
  }
}
