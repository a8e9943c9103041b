package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.search.Pruner;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import java.util.List;
import java.util.Map;

/**
 * The first round of a sweep: what its searches are made by, and what their trials are fitted and
 * judged on.
 *
 * @param look what looks at families are fitted and judged on
 * @param cut what all other trials are
 */
record FirstRound(Searches searches, Cut look, Cut cut) {

  /**
   * A round over training rows.
   *
   * @param rows how they are cut
   * @param sources names of what may be learned from
   * @param augment so many rows without labels for each training row are there
   * @param identity what a study must have in common with the one in the store to be gone on with
   */
  static FirstRound of(
      DistillConfig config,
      StudySettings studies,
      List<StudentModel> families,
      Dataset train,
      Rows rows,
      List<String> sources,
      int augment,
      Map<String, Object> identity) {
    boolean looks =
        config.plan() != SweepPlan.REFERENCE
            && config.goals().size() == 1
            && !config.tolerance().any()
            && studies.pruner() != Pruner.NONE;
    // One that is behind in the loss may be the best of those that are small enough.
    boolean prunes = looks && !config.costs();
    Cut whole = Cut.of(rows.search());
    Cut look = looks ? rows.inShares(train, config.seed()) : whole;
    Cut cut = prunes && studies.pruneOn() == StudySettings.PruneOn.ROWS ? look : whole;
    Searches searches =
        new Searches(
            config,
            studies,
            families,
            shape(train, config),
            sources,
            augment,
            identity,
            prunes ? cut.pruner(studies.pruner()) : Pruner.NONE,
            looks && !look.bySteps() ? look.timesLook() : 0);
    return new FirstRound(searches, look, cut);
  }

  /** The size of a task, which search spaces may depend on. */
  static TaskShape shape(Dataset train, DistillConfig config) {
    return new TaskShape(
        train.rows(), train.features().columns(), train.classes().size(), config.limits().any());
  }
}
