package dev.distill.monitor;

import dev.distill.metrics.Comparison.Interval;
import java.util.List;

/**
 * How far a column in service is from the same column in training; or the student's answers from
 * those to test rows.
 *
 * @param name the column; {@code p_<class>} for a class's probability, {@code class} for the
 *     predicted class
 * @param kind what it is
 * @param psi population stability index of the bins or levels, rows where it is missing left out;
 *     not a number if there is nothing to compare
 * @param pValue chance of such a difference if nothing had changed (chi-square)
 * @param ks Kolmogorov–Smirnov statistic of the binned values; not a number for categories
 * @param ksPValue chance of it if nothing had changed; not a number for categories
 * @param missing share of rows where it is missing
 * @param missingIncrease how much that is above training's share, with its interval at the report's
 *     level
 * @param unseen share of rows with a category that training did not have; 0 for numbers
 * @param unseenIncrease how much that is above training's share, likewise
 * @param state what the rules say
 * @param reasons which rules are broken, in words
 */
public record ColumnDrift(
    String name,
    Kind kind,
    double psi,
    double pValue,
    double ks,
    double ksPValue,
    double missing,
    Interval missingIncrease,
    double unseen,
    Interval unseenIncrease,
    State state,
    List<String> reasons) {

  /** What a column holds. */
  public enum Kind {
    /** Numbers, or probabilities. */
    NUMBER,
    /** Texts, or classes. */
    CATEGORY
  }

  /** Copies the list. */
  public ColumnDrift {
    reasons = List.copyOf(reasons);
  }
}
