package dev.distill.spi;

/** Keeps the step with the lowest validation loss, and says when it is long past. */
public final class EarlyStopping {
  private final int patience;
  private double lowest = Double.POSITIVE_INFINITY;
  private int best;

  /**
   * Starts before the first step.
   *
   * @param patience so many steps without a lower loss are enough
   */
  public EarlyStopping(int patience) {
    this.patience = patience;
  }

  /**
   * Takes the loss after a step.
   *
   * @param step counts from 1
   * @return whether it is the lowest so far
   */
  public boolean better(int step, double loss) {
    if (loss < lowest) {
      lowest = loss;
      best = step;
      return true;
    }
    return false;
  }

  /** Whether to end after this step. */
  public boolean over(int step) {
    return step - best >= patience;
  }

  /**
   * The step to keep.
   *
   * @throws FitException if no loss was a number
   */
  public int best() {
    if (best == 0) {
      throw new FitException("the validation loss was never a number");
    }
    return best;
  }
}
