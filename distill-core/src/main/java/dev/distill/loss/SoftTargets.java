package dev.distill.loss;

/**
 * A teacher's distribution over the classes, softened at a temperature that it remembers.
 *
 * @param temperature T &gt; 0
 * @param probabilities rows × classes, row-major, each row summing to 1; shared, not to be changed
 * @param classes number of classes K
 */
public record SoftTargets(double temperature, float[] probabilities, int classes) {

  /** Checks temperature and shape. */
  public SoftTargets {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature must be > 0, got " + temperature);
    }
    if (classes < 2 || probabilities.length % classes != 0) {
      throw new IllegalArgumentException(
          "soft targets: got %d values for %d classes".formatted(probabilities.length, classes));
    }
  }

  /**
   * Softens probabilities: softmax(ln p / T), where p = 0 stays 0 (Hinton et al., 2015).
   *
   * @param teacher rows × classes probabilities, row-major
   */
  public static SoftTargets soften(double[] teacher, int classes, double temperature) {
    double[] soft = teacher;
    if (temperature != 1) {
      soft = new double[teacher.length];
      TemperatureScaling.soften(temperature, teacher, teacher.length / classes, classes, soft);
    }
    float[] probabilities = new float[soft.length];
    for (int i = 0; i < soft.length; i++) {
      probabilities[i] = (float) soft[i];
    }
    return new SoftTargets(temperature, probabilities, classes);
  }
}
