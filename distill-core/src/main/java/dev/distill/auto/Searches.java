package dev.distill.auto;

import dev.distill.search.Direction;
import dev.distill.search.Pruner;
import dev.distill.search.Sampler;
import dev.distill.search.Study;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Makes the searches of a sweep, each a study of its own in the store. */
final class Searches {
  /** Stands in the name of a last round. */
  private static final String FINAL = " final";

  private final DistillConfig config;
  private final StudySettings settings;
  private final List<StudentModel> families;
  private final TaskShape shape;
  private final List<String> sources;
  private final int augment;
  private final Map<String, Object> identity;
  private final Pruner pruner;
  private final double timesLook;

  /**
   * Searches to be.
   *
   * @param sources names of what may be learned from
   * @param augment so many rows without labels for each training row are there
   * @param identity see {@link Study.Builder#identity}
   * @param pruner what ends trials of the first round early
   * @param timesLook how many times as long as a look at a family, which its first trial is where
   *     that pays, a whole trial takes; 0 for no looks
   */
  Searches(
      DistillConfig config,
      StudySettings settings,
      List<StudentModel> families,
      TaskShape shape,
      List<String> sources,
      int augment,
      Map<String, Object> identity,
      Pruner pruner,
      double timesLook) {
    this.config = config;
    this.settings = settings;
    this.families = families;
    this.shape = shape;
    this.sources = sources;
    this.augment = augment;
    this.identity = identity;
    this.pruner = pruner;
    this.timesLook = timesLook;
  }

  /** Makes a search of so many trials. */
  private interface Maker {
    Search make(String name, SweepSpace space, int trials);
  }

  /** The students' searches by plan, and the twin's, with as many trials as they have, last. */
  List<Search> all() {
    return all(this::first);
  }

  /**
   * The same as the store keeps them, to be read.
   *
   * @throws IllegalArgumentException if they are not there or were made of something else
   */
  List<Search> kept() {
    return all((name, space, trials) -> kept(name, space));
  }

  /** The last rounds of a search that the store keeps, to be read. */
  List<Search> keptLast(Search search) {
    String own = settings.name() + "/";
    return settings.store().studies().stream()
        .filter(study -> study.startsWith(own + search.name() + FINAL + " "))
        .map(study -> kept(study.substring(own.length()), search.space()))
        .toList();
  }

  private Search kept(String name, SweepSpace space) {
    return new Search(
        name,
        space,
        study(name, space, 1, new FamilyLooks(0, pruner)).existing(),
        new Search.Plan(List.of(), 0, 0, 0, false),
        config);
  }

  private List<Search> all(Maker maker) {
    List<Search> searches = new ArrayList<>();
    if (config.plan() == SweepPlan.REFERENCE) {
      for (StudentModel family : families) {
        for (double t : orElse(config.temperatures(), List.of(0.5, 1.0, 2.0))) {
          for (double a : orElse(config.alphas(), List.of(0.3, 0.5, 0.7))) {
            SweepSpace cell =
                space(TrialSpec.Kind.REFERENCE, List.of(family), List.of(t), List.of(a));
            searches.add(
                maker.make("%s T=%s alpha=%s".formatted(family.id(), t, a), cell, config.trials()));
          }
        }
      }
    } else {
      SweepSpace space =
          space(TrialSpec.Kind.STUDENT, families, config.temperatures(), config.alphas());
      searches.add(maker.make("student", space, config.trials()));
    }
    int trials = config.trials() * searches.size();
    searches.add(
        maker.make("twin", space(TrialSpec.Kind.TWIN, families, List.of(), List.of()), trials));
    return searches;
  }

  /** The search for a teacher that learns from labels alone. */
  Search teacher() {
    return first(
        "teacher", space(TrialSpec.Kind.TWIN, families, List.of(), List.of()), config.trials());
  }

  /**
   * The last round of a search: these trials and no others. A sweep that is gone on with may come
   * to another last round, so its study is named after its trials too.
   */
  Search last(Search search, List<Study.Start> trials) {
    return round(search.name() + FINAL, search.space(), trials);
  }

  /** Whether a search of this name is a last round. */
  static boolean isLast(String name) {
    return name.contains(FINAL);
  }

  /**
   * A round of these trials and no others, which it is named after. Whether studies of these names
   * may be there was asked for the first round's: this one another process may have begun.
   */
  Search round(String name, SweepSpace space, List<Study.Start> trials) {
    String full = "%s %08x".formatted(name, trials.toString().hashCode());
    return new Search(
        full,
        space,
        study(full, space, trials.size(), new FamilyLooks(0, Pruner.NONE)).resume(),
        new Search.Plan(trials, trials.size(), 0, 0, false),
        config);
  }

  /** A search of so many trials; looks come on top. */
  private Search first(String name, SweepSpace space, int trials) {
    FamilyLooks ending =
        timesLook > 0
            ? FamilyLooks.of(space.defaults().size(), trials, pruner)
            : new FamilyLooks(0, pruner);
    int budget = trials + ending.looks();
    return new Search(
        name,
        space,
        begun(study(name, space, budget, ending)),
        new Search.Plan(space.defaults(), budget, ending.looks(), timesLook, true),
        config);
  }

  private SweepSpace space(
      TrialSpec.Kind kind,
      List<StudentModel> some,
      List<Double> temperatures,
      List<Double> alphas) {
    List<Integer> options =
        augment == 0 || kind != TrialSpec.Kind.STUDENT ? List.of(0) : List.of(0, augment);
    TaskShape size = options.size() == 1 ? shape : grown(augment);
    return new SweepSpace(kind, some, size, temperatures, alphas, sources, options, config.seed());
  }

  /**
   * The space of students' trials with so many rows without labels for each training row, and all
   * else as one of these has it.
   */
  SweepSpace augmented(List<TrialSpec> specs, int factor) {
    return new SweepSpace(
        TrialSpec.Kind.STUDENT,
        families.stream()
            .filter(f -> specs.stream().anyMatch(spec -> spec.family().equals(f.id())))
            .toList(),
        grown(factor),
        specs.stream().map(TrialSpec::temperature).distinct().toList(),
        specs.stream().map(TrialSpec::alpha).distinct().toList(),
        specs.stream().map(TrialSpec::source).distinct().toList(),
        List.of(factor),
        config.seed());
  }

  private TaskShape grown(int factor) {
    long rows = shape.rows() * (1L + factor);
    return new TaskShape(
        (int) Math.min(Integer.MAX_VALUE, rows), shape.features(), shape.classes(), shape.small());
  }

  private Study.Builder study(String name, SweepSpace space, int budget, FamilyLooks ending) {
    Sampler sampler =
        settings.rungs() ? new FamilyRungs(settings.sampler(), budget) : settings.sampler();
    return Study.builder(space.space())
        .name(settings.name() + "/" + name)
        .seed(Seeds.derive(config.seed(), "search"))
        .sampler(new KnownGood(space, ending, sampler))
        .pruner(ending.looks() == 0 ? ending.pruner() : ending)
        .store(settings.store())
        .directions(Collections.nCopies(config.goals().size(), Direction.MINIMIZE))
        .identity(identity)
        .notes(settings.notes())
        .inFlight(config.inFlight());
  }

  private Study begun(Study.Builder study) {
    return settings.resume() ? study.resume() : study.create();
  }

  private static List<Double> orElse(List<Double> values, List<Double> otherwise) {
    return values.isEmpty() ? otherwise : values;
  }
}
