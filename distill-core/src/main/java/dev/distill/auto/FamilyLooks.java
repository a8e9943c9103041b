package dev.distill.auto;

import dev.distill.search.Pruner;
import dev.distill.search.Trial;
import java.util.List;

/**
 * Ends the first trial of each family after its first report, for that is enough to tell which
 * families are worth a whole one: families differ more than the hyperparameters of one do.
 *
 * @param looks how many trials a search begins with are looks, one a family; 0 for none
 * @param pruner asked about all the others
 */
record FamilyLooks(int looks, Pruner pruner) implements Pruner {
  /** With fewer families there is little to choose from. */
  private static final int FEWEST = 3;

  /** Looks where they pay: at several families, with trials for half of them after that. */
  static FamilyLooks of(int families, int trials, Pruner pruner) {
    boolean pays = families >= FEWEST && trials >= (families + 1) / 2;
    return new FamilyLooks(pays ? families : 0, pruner);
  }

  @Override
  public boolean prune(Trial trial, List<Trial> others) {
    return trial.place() < looks || pruner.prune(trial, others);
  }

  /** Whether nothing but this look says something about its family's configuration. */
  boolean isLook(Trial trial) {
    return trial.place() < looks && trial.state() == Trial.State.PRUNED;
  }
}
