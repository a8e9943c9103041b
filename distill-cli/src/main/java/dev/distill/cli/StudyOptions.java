package dev.distill.cli;

import dev.distill.auto.StudySettings;
import dev.distill.auto.StudySettings.PruneOn;
import dev.distill.cli.data.InputException;
import dev.distill.search.GridSampler;
import dev.distill.search.HyperbandPruner;
import dev.distill.search.MedianPruner;
import dev.distill.search.MemoryStore;
import dev.distill.search.Pruner;
import dev.distill.search.QmcSampler;
import dev.distill.search.RacePruner;
import dev.distill.search.RandomSampler;
import dev.distill.search.Sampler;
import dev.distill.search.StudyStore;
import dev.distill.search.SuccessiveHalvingPruner;
import dev.distill.search.jdbc.JdbcStore;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What suggests trials, what ends them early, and where they are kept. */
final class StudyOptions {
  /** Samplers by name. */
  enum SamplerName {
    TPE,
    RANDOM,
    QMC,
    GRID
  }

  /** Pruners by name. */
  enum PrunerName {
    NONE,
    MEDIAN,
    RACE,
    ASHA,
    HYPERBAND
  }

  /** What chooses the family of a trial. */
  enum FamilyChoice {
    RUNGS,
    SAMPLER
  }

  private static final int GRID_POINTS = 3;

  /** As many rounds as boosted trees need. */
  private static final int ROUNDS = 243;

  @Option(
      names = "--sampler",
      paramLabel = "NAME",
      description = "what suggests trials: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private SamplerName sampler = SamplerName.TPE;

  @Option(
      names = "--family-choice",
      paramLabel = "HOW",
      description =
          "RUNGS: families compete, the better ones get more trials; SAMPLER: the family is"
              + " suggested like everything else (default: RUNGS with TPE, otherwise SAMPLER)")
  private @Nullable FamilyChoice familyChoice;

  @Option(
      names = "--pruner",
      paramLabel = "NAME",
      description =
          "what ends trials early: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}); nothing where there"
              + " are limits or several objectives, or in the reference plan")
  private PrunerName pruner = PrunerName.MEDIAN;

  @Option(
      names = "--prune-on",
      paramLabel = "WHAT",
      description =
          "STEPS: by its family's own curve; ROWS: by its loss when fitted on a ninth and a third"
              + " of the rows, before it is on all; either way by folds where rows are few"
              + " (${DEFAULT-VALUE})")
  private PruneOn pruneOn = PruneOn.STEPS;

  @Option(
      names = "--study",
      paramLabel = "FILE",
      description =
          "keep the trials in this SQLite file (or at a JDBC URL whose driver is on the class"
              + " path), readable by Optuna; in memory if not given")
  private @Nullable String place;

  @Option(
      names = "--study-name",
      paramLabel = "NAME",
      description = "what the studies there are called: NAME/student, NAME/twin (${DEFAULT-VALUE})")
  private String name = "distill";

  @Option(
      names = "--resume",
      description =
          "go on with the study of that name, after a crash or beside other processes; begins it if"
              + " it is not there")
  private boolean resume;

  /** The settings, with their store open. */
  StudySettings open(PrintWriter notes) {
    if (place == null && resume) {
      throw new InputException("--resume was given without --study: where the trials were kept");
    }
    StudyStore store = place == null ? new MemoryStore() : JdbcStore.open(place);
    boolean there = store.studies().stream().anyMatch(s -> s.startsWith(name + "/"));
    if (there && !resume) {
      store.close();
      throw new InputException(
          "there is a study '%s' already in %s; go on with it by --resume, or give this run another"
                  .formatted(name, place)
              + " --study-name");
    }
    if (resume && !there) {
      notes.printf("note: there is no study '%s' in %s yet; it begins here%n", name, place);
    }
    return new StudySettings(sampler(), rungs(), pruner(), pruneOn, store, name, resume, Map.of());
  }

  private boolean rungs() {
    return familyChoice == null ? sampler == SamplerName.TPE : familyChoice == FamilyChoice.RUNGS;
  }

  private Sampler sampler() {
    return switch (sampler) {
      case TPE -> StudySettings.tpe();
      case RANDOM -> new RandomSampler();
      case QMC -> new QmcSampler();
      case GRID -> new GridSampler(GRID_POINTS);
    };
  }

  private Pruner pruner() {
    return switch (pruner) {
      case NONE -> Pruner.NONE;
      case MEDIAN -> new MedianPruner();
      case RACE -> new RacePruner();
      case ASHA -> new SuccessiveHalvingPruner();
      case HYPERBAND -> new HyperbandPruner(ROUNDS);
    };
  }
}
