package dev.distill.monitor;

import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.Argmax;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.metrics.Proportion;
import dev.distill.metrics.RunningMean;
import dev.distill.runtime.Profile;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What is kept of rows whose labels are known: sums. */
final class Labelled {
  private static final int BINS = 15;
  private static final int DRAWS = 2_000;

  private final RunningMean loss = new RunningMean();
  private final double[] gaps = new double[BINS];
  private final double[] variances = new double[BINS];
  private long right;

  void add(double[] probabilities, int at, int classes, int label) {
    int predicted = Argmax.row(probabilities, at, classes);
    double confidence = probabilities[at + predicted];
    right += predicted == label ? 1 : 0;
    loss.add(-Math.log(Math.max(KullbackLeibler.FLOOR, probabilities[at + label])));
    int bin = Math.max(0, Math.min(BINS - 1, (int) (Math.ceil(confidence * BINS) - 1)));
    gaps[bin] += confidence - (predicted == label ? 1 : 0);
    variances[bin] += confidence * (1 - confidence);
  }

  @Nullable Quality quality(Profile.@Nullable Answers before, Rules rules, double level) {
    long rows = loss.count();
    if (rows == 0) {
      return null;
    }
    Interval increase =
        before == null
            ? new Interval(Double.NaN, Double.NaN, Double.NaN)
            : loss.minus(before.logLoss(), before.logLossDeviation(), before.rows(), 1 - level);
    boolean worse = increase.estimate() > rules.maxLogLossIncrease() && increase.lower() > 0;
    return new Quality(
        rows,
        Proportion.wilson(right, rows, Monitor.CONFIDENCE),
        loss.interval(Monitor.CONFIDENCE),
        error(gaps),
        calibrationPValue(),
        increase,
        worse ? State.ALARM : State.OK,
        worse
            ? List.of(
                String.format(
                    Locale.ROOT,
                    "log loss %.4f, on the run's test rows %.4f",
                    loss.mean(),
                    loss.mean() - increase.estimate()))
            : List.of());
  }

  private double error(double[] sums) {
    double sum = 0;
    for (double gap : sums) {
      sum += Math.abs(gap);
    }
    return sum / loss.count();
  }

  /**
   * Where probabilities mean what they say, each bin's gap is normal about 0 with the variance of
   * its rows' coins (Bröcker and Smith, "Increasing the reliability of reliability diagrams",
   * 2007).
   */
  private double calibrationPValue() {
    SplittableRandom random = new SplittableRandom(1);
    double[] drawn = new double[BINS];
    int larger = 1;
    for (int d = 0; d < DRAWS; d++) {
      for (int b = 0; b < BINS; b++) {
        drawn[b] = Math.sqrt(variances[b]) * random.nextGaussian();
      }
      larger += error(drawn) >= error(gaps) ? 1 : 0;
    }
    return larger / (DRAWS + 1.0);
  }
}
