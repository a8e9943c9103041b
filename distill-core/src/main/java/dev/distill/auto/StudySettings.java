package dev.distill.auto;

import dev.distill.search.MemoryStore;
import dev.distill.search.Pruner;
import dev.distill.search.Sampler;
import dev.distill.search.StudyStore;
import dev.distill.search.TpeSampler;

/**
 * What the searches of a sweep are made of.
 *
 * @param sampler suggests trials
 * @param rungs whether families compete in rungs, and the sampler suggests within one of them;
 *     otherwise it suggests the family as well
 * @param pruner ends trials early
 * @param store keeps trials
 * @param name the searches' studies are called this and the search's name, such as "adult/student"
 * @param resume whether to go on with studies of that name
 */
public record StudySettings(
    Sampler sampler, boolean rungs, Pruner pruner, StudyStore store, String name, boolean resume) {

  /** Nothing is kept after the sweep. */
  public static StudySettings inMemory(Sampler sampler, boolean rungs, Pruner pruner) {
    return new StudySettings(sampler, rungs, pruner, new MemoryStore(), "distill", false);
  }

  /** The defaults, in memory. */
  public static StudySettings defaults() {
    return inMemory(new TpeSampler(), true, Pruner.NONE);
  }
}
