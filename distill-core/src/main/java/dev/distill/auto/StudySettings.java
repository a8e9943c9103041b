package dev.distill.auto;

import dev.distill.search.MedianPruner;
import dev.distill.search.MemoryStore;
import dev.distill.search.Pruner;
import dev.distill.search.Sampler;
import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import dev.distill.search.TpeSampler;
import java.util.Map;

/**
 * What the searches of a sweep are made of.
 *
 * @param sampler suggests trials
 * @param rungs whether families compete in rungs, and the sampler suggests within one of them;
 *     otherwise it suggests the family as well
 * @param pruner ends trials early
 * @param pruneOn what the pruner sees of a trial
 * @param store keeps trials
 * @param name the searches' studies are called this and the search's name, such as "adult/student"
 * @param resume whether to go on with studies of that name
 * @param notes what each study is to tell its user later; see {@link Study.Builder#notes}
 */
public record StudySettings(
    Sampler sampler,
    boolean rungs,
    Pruner pruner,
    PruneOn pruneOn,
    StudyStore store,
    String name,
    boolean resume,
    Map<String, Object> notes) {

  private static final int STARTUP = 3;

  /** What a pruner sees of a trial. Where rows are few, its loss after each fold in any case. */
  public enum PruneOn {
    /** Its loss when fitted on a ninth and on a third of the rows, before it is on all of them. */
    ROWS,
    /** Its family's own curve, by rounds or epochs. A family without steps is never pruned. */
    STEPS
  }

  /** Nothing is kept after the sweep. */
  public static StudySettings inMemory(Sampler sampler, boolean rungs, Pruner pruner) {
    return new StudySettings(
        sampler, rungs, pruner, PruneOn.STEPS, new MemoryStore(), "distill", false, Map.of());
  }

  /** The same with these notes. */
  public StudySettings with(Map<String, Object> others) {
    return new StudySettings(sampler, rungs, pruner, pruneOn, store, name, resume, others);
  }

  /** Studies that are there already. */
  public static StudySettings kept(StudyStore store, String name) {
    return new StudySettings(tpe(), true, Pruner.NONE, PruneOn.STEPS, store, name, true, Map.of());
  }

  /** The defaults, in memory. */
  public static StudySettings defaults() {
    return inMemory(tpe(), true, new MedianPruner());
  }

  /** TPE for a sweep: what families know to be good takes the place of most of the even draws. */
  public static Sampler tpe() {
    TpeSampler.Settings settings = TpeSampler.Settings.DEFAULT;
    return new TpeSampler(
        new TpeSampler.Settings(STARTUP, settings.candidates(), settings.modelled()));
  }
}
