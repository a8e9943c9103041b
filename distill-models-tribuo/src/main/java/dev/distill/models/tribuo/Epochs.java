package dev.distill.models.tribuo;

import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import dev.distill.spi.EarlyStopping;
import dev.distill.spi.FitContext;
import dev.distill.spi.Matrix;
import dev.distill.spi.Validation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tribuo.math.FeedForwardParameters;
import org.tribuo.math.Parameters;
import org.tribuo.math.StochasticGradientOptimiser;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.Tensor;

/**
 * Counts the epochs that Tribuo's trainers do not tell of, around the optimiser that makes the
 * steps: at the end of each it reports, and keeps the parameters that were best on the validation
 * rows. What counts is the mean over an epoch, as single steps by single rows are noisy (Polyak and
 * Juditsky, 1992). Adds an L2 penalty, which Tribuo has not. For one fit.
 */
final class Epochs implements StochasticGradientOptimiser {
  /** So many epochs without a better validation loss end the training, or a tenth of all. */
  private static final int PATIENCE = 5;

  /** Every so many steps the parameters are added to the epoch's mean. */
  private static final int SAMPLED = 8;

  /** Ends a training that gets no better: the trainer's loop has no other way out. */
  static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;

    Enough() {
      super("no better", null, false, false);
    }
  }

  /** Strength of the L2 penalty: half of it times the squares is added to a row's loss. */
  record Penalty(double weights, double factors) {}

  private final StochasticGradientOptimiser inner;
  private final Penalty penalty;
  private final int stepsPerEpoch;
  private final EarlyStopping stopping;
  private final FitContext context;
  private final @Nullable Validation validation;
  private final Scores scores;
  private @Nullable FeedForwardParameters now;
  private Tensor[] sums = {};
  private int samples;
  private @Nullable FeedForwardParameters best;
  private int bestEpoch;
  private int steps;

  Epochs(
      StochasticGradientOptimiser inner,
      Penalty penalty,
      int stepsPerEpoch,
      int epochs,
      Scores scores,
      FitContext context) {
    this.inner = inner;
    this.penalty = penalty;
    this.stepsPerEpoch = stepsPerEpoch;
    stopping = new EarlyStopping(Math.max(PATIENCE, epochs / 10));
    this.scores = scores;
    this.context = context;
    validation = context.validation().orElse(null);
  }

  @Override
  public void initialise(Parameters parameters) {
    now = (FeedForwardParameters) parameters;
    sums = parameters.getEmptyCopy();
    inner.initialise(parameters);
  }

  @Override
  public Tensor[] step(Tensor[] updates, double weight) {
    // The step before this one is in the parameters by now.
    if (steps > 0 && steps % stepsPerEpoch == 0) {
      ended(steps / stepsPerEpoch);
    }
    steps++;
    if (steps % SAMPLED == 0) {
      sample();
    }
    penalise(updates);
    return inner.step(updates, weight);
  }

  /** Draws all but the biases towards 0. */
  private void penalise(Tensor[] updates) {
    Tensor[] weights = current().get();
    // One matrix that ends with the biases; or biases, weights, and each class's factors.
    int linear = scores.bias() ? 0 : 1;
    updates[linear].intersectAndAddInPlace(weights[linear], w -> -penalty.weights() * w);
    for (int i = linear + 1; i < updates.length; i++) {
      updates[i].intersectAndAddInPlace(weights[i], w -> -penalty.factors() * w);
    }
    if (scores.bias()) {
      DenseMatrix update = (DenseMatrix) updates[0];
      DenseMatrix weight = (DenseMatrix) weights[0];
      int last = weight.getDimension2Size() - 1;
      for (int k = 0; k < weight.getDimension1Size(); k++) {
        update.add(k, last, penalty.weights() * weight.get(k, last));
      }
    }
  }

  @Override
  public void finalise() {
    ended(steps / stepsPerEpoch);
  }

  private void sample() {
    Tensor[] weights = current().get();
    for (int i = 0; i < sums.length; i++) {
      sums[i].intersectAndAddInPlace(weights[i]);
    }
    samples++;
  }

  /** The mean of the epoch's parameters, which starts the next mean. */
  private FeedForwardParameters mean() {
    sample();
    double share = 1.0 / samples;
    FeedForwardParameters mean = current().copy();
    Tensor[] weights = mean.get();
    for (int i = 0; i < sums.length; i++) {
      weights[i].scaleInPlace(0);
      weights[i].intersectAndAddInPlace(sums[i], sum -> share * sum);
      sums[i].scaleInPlace(0);
    }
    samples = 0;
    return mean;
  }

  private void ended(int epoch) {
    FeedForwardParameters mean = mean();
    if (validation == null) {
      best = mean;
      bestEpoch = epoch;
      context.report(epoch, Double.NaN);
      return;
    }
    Matrix rows = validation.features();
    float[] logits = new float[rows.rows() * scores.classes()];
    scores.write(mean, rows, logits);
    double loss = validation.loss(logits);
    if (stopping.better(epoch, loss)) {
      bestEpoch = epoch;
      best = mean;
    }
    context.report(epoch, loss);
    if (stopping.over(epoch)) {
      throw new Enough();
    }
  }

  private FeedForwardParameters current() {
    return Objects.requireNonNull(now, "step before initialise");
  }

  /** The parameters to keep. */
  FeedForwardParameters best() {
    if (validation != null) {
      stopping.best(); // fails if there is none
    }
    return Objects.requireNonNull(best, "no epoch has ended");
  }

  /** How many epochs made them. */
  int epoch() {
    return bestEpoch;
  }

  @Override
  public void reset() {}

  /** The trainer copies its optimiser for each fit, and this one is for one fit. */
  @Override
  public Epochs copy() {
    return this;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "StochasticGradientOptimiser");
  }
}
