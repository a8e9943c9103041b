package dev.distill.auto;

import dev.distill.search.Pruner;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a trial is fitted and judged on.
 *
 * @param shares what it is fitted and judged on first, so that it may be ended early, by step
 * @param folds what its outcome is measured on
 */
record Cut(SortedMap<Integer, Fold> shares, List<Fold> folds) {

  /** Without shares. */
  static Cut of(List<Fold> folds) {
    return new Cut(new TreeMap<>(), folds);
  }

  /** A pruner that knows which trials may be compared. */
  Pruner pruner(Pruner pruner) {
    if (bySteps()) {
      return pruner;
    }
    return pruner.withCommonSteps(shares.isEmpty() ? folds.size() - 1 : Rows.PARTS);
  }

  /** How many times as long as a look, which ends with the first report, a whole trial takes. */
  double timesLook() {
    return shares.isEmpty() ? folds.size() / 2.0 : Rows.PARTS;
  }

  /** Whether a trial's curve goes by the steps of its family. */
  boolean bySteps() {
    return shares.isEmpty() && folds.size() == 1;
  }
}
