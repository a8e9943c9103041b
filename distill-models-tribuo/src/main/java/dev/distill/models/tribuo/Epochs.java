package dev.distill.models.tribuo;

import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;
import dev.distill.spi.Validation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tribuo.math.FeedForwardParameters;
import org.tribuo.math.Parameters;
import org.tribuo.math.StochasticGradientOptimiser;
import org.tribuo.math.la.Tensor;

/**
 * Counts the epochs that Tribuo's trainers do not tell of, around the optimiser that makes the
 * steps: at the end of each it reports, and keeps the parameters that were best on the validation
 * rows. Adds an L2 penalty, which Tribuo has not. For one fit.
 */
final class Epochs implements StochasticGradientOptimiser {
  /** Epochs without a better validation loss before training ends. */
  private static final int PATIENCE = 5;

  /** Ends a training that gets no better: the trainer's loop has no other way out. */
  static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;

    Enough() {
      super("no better", null, false, false);
    }
  }

  private final StochasticGradientOptimiser inner;
  private final double penalty;
  private final int stepsPerEpoch;
  private final FitContext context;
  private final @Nullable Validation validation;
  private final Scores scores;
  private @Nullable FeedForwardParameters now;
  private @Nullable FeedForwardParameters best;
  private double lowest = Double.POSITIVE_INFINITY;
  private int bestEpoch;
  private int steps;

  Epochs(
      StochasticGradientOptimiser inner,
      double penalty,
      int stepsPerEpoch,
      Scores scores,
      FitContext context) {
    this.inner = inner;
    this.penalty = penalty;
    this.stepsPerEpoch = stepsPerEpoch;
    this.scores = scores;
    this.context = context;
    validation = context.validation().orElse(null);
  }

  @Override
  public void initialise(Parameters parameters) {
    now = (FeedForwardParameters) parameters;
    inner.initialise(parameters);
  }

  @Override
  public Tensor[] step(Tensor[] updates, double weight) {
    // The step before this one is in the parameters by now.
    if (steps > 0 && steps % stepsPerEpoch == 0) {
      ended(steps / stepsPerEpoch);
    }
    steps++;
    Tensor[] weights = current().get();
    for (int i = 0; i < updates.length; i++) {
      updates[i].intersectAndAddInPlace(weights[i], w -> -penalty * w);
    }
    return inner.step(updates, weight);
  }

  @Override
  public void finalise() {
    ended(steps / stepsPerEpoch);
  }

  private void ended(int epoch) {
    if (validation == null) {
      best = current();
      bestEpoch = epoch;
      context.report(epoch, Double.NaN);
      return;
    }
    Matrix rows = validation.features();
    float[] logits = new float[rows.rows() * scores.classes()];
    scores.write(current(), rows, logits);
    double loss = validation.loss(logits);
    if (loss < lowest) {
      lowest = loss;
      bestEpoch = epoch;
      best = current().copy();
    }
    context.report(epoch, loss);
    if (epoch - bestEpoch >= PATIENCE) {
      throw new Enough();
    }
  }

  private FeedForwardParameters current() {
    return Objects.requireNonNull(now, "step before initialise");
  }

  /** The parameters to keep. */
  FeedForwardParameters best() {
    if (best == null) {
      throw new FitException("the validation loss was never a number");
    }
    return best;
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
