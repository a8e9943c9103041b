package dev.distill.search;

/** Ends a trial early, since its curve promises nothing. An objective lets it pass. */
public final class TrialPrunedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** For an objective that sees by itself that it need not go on. */
  public TrialPrunedException(String message) {
    super(message);
  }
}
