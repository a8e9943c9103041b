package dev.distill.auto;

import dev.distill.data.Dataset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Fits what may become members of a teacher on folds, as long as there is time. */
final class TeacherMembers {
  private static final int MOST = 8;

  /** Where rows are many, so many candidates come from the family that all rows say is the best. */
  private static final int FURTHER = 3;

  /** Where rows are many, candidates are fitted on so many folds first. */
  private static final int FEW = 2;

  /** With a log loss of so many times the best one's, a member has hardly any weight. */
  private static final double NEAR = 1.2;

  /**
   * What may become a member.
   *
   * @param seconds what its fits on all folds take, or a guess
   */
  record Candidate(TrialSpec spec, double seconds) {
    /** Whether both are the same but for the search's own data. */
    boolean isLike(TrialSpec other) {
      return spec.family().equals(other.family())
          && spec.hyperparameters().equals(other.hyperparameters());
    }
  }

  private final Dataset rows;
  private final List<Fold> folds;
  private final StudentCatalog catalog;
  private final Deadline deadline;
  private final Consumer<String> notes;
  private final List<TrialSpec> tried = new ArrayList<>();
  private final List<Bag> bags = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  // Asked by running fits.
  private volatile boolean enough;

  /**
   * None is fitted yet.
   *
   * @param notes takes a line on each
   */
  TeacherMembers(
      Dataset rows,
      List<Fold> folds,
      StudentCatalog catalog,
      Deadline deadline,
      Consumer<String> notes) {
    this.rows = rows;
    this.folds = folds;
    this.catalog = catalog;
    this.deadline = deadline;
    this.notes = notes;
  }

  /** Whether one was fitted on all folds and the time is over. */
  boolean isEnough() {
    return enough && deadline.isOver();
  }

  /**
   * Fits the best of each family, then the next best, on all folds.
   *
   * @param ranked the best one first
   * @return those that were fitted on all folds
   * @throws IllegalStateException if none could be fitted
   */
  List<Bag> ofFewRows(List<Candidate> ranked, Bag.Fitter fitter) {
    for (Candidate candidate : affordableFirst(candidates(ranked))) {
      if (bags.isEmpty() || (bags.size() < MOST && fits(candidate, folds.size()))) {
        fit(candidate, folds.size(), fitter);
      }
    }
    return whole();
  }

  /**
   * Fits the best of some families on few folds, as the search, of fewer rows, says little of which
   * is the best on all; then that one on all folds, others like it with more capacity, and those
   * that are nearly as good.
   *
   * @param ranked the best one first
   * @param times how many times as many rows as the search had there are
   * @return those that were fitted on all folds
   * @throws IllegalStateException if none could be fitted
   */
  List<Bag> ofManyRows(List<Candidate> ranked, SweepSpace space, int times, Bag.Fitter fitter) {
    for (Candidate candidate : ofFamilies(ranked)) {
      if (bags.isEmpty() || fits(candidate, FEW)) {
        fit(candidate, FEW, fitter);
      }
    }
    while (!bags.isEmpty() && !enough) {
      fitWhole(bestInTime(), fitter);
    }
    for (int i = 0; i < FURTHER && enough; i++) {
      further(best(), space, times, ranked).stream()
          .filter(c -> tried.stream().noneMatch(c::isLike) && hasTime(c.seconds()))
          .findFirst()
          .flatMap(candidate -> fit(candidate, FEW, fitter))
          .filter(this::isNearBest)
          .ifPresent(bag -> fitWhole(bag, fitter));
    }
    List.copyOf(bags).stream()
        .filter(bag -> !bag.isWhole() && isNearBest(bag))
        .sorted(Comparator.comparingDouble(Bag::firstLogLoss))
        .filter(bag -> hasTime(bag.secondsLeft()))
        .forEach(bag -> fitWhole(bag, fitter));
    return whole();
  }

  private Bag best() {
    return bags.stream().min(Comparator.comparingDouble(Bag::firstLogLoss)).orElseThrow();
  }

  /**
   * The best one whose other folds take no more than half of the time, though more than is left;
   * else the quickest. Its student rather has less time than a worse teacher.
   */
  private Bag bestInTime() {
    return bags.stream()
        .filter(bag -> leavesTime(bag.secondsLeft() / 2))
        .min(Comparator.comparingDouble(Bag::firstLogLoss))
        .orElseGet(
            () -> bags.stream().min(Comparator.comparingDouble(Bag::secondsLeft)).orElseThrow());
  }

  private boolean isNearBest(Bag bag) {
    return bag.firstLogLoss() <= NEAR * best().firstLogLoss();
  }

  private Optional<Bag> fit(Candidate candidate, int count, Bag.Fitter fitter) {
    TrialSpec spec = candidate.spec();
    tried.add(spec);
    Bag bag = new Bag(spec, rows, folds, Ladder.needsCalibration(catalog.get(spec.family())));
    bags.add(bag);
    return fit(bag, count, fitter);
  }

  private void fitWhole(Bag bag, Bag.Fitter fitter) {
    fit(bag, folds.size(), fitter);
  }

  private Optional<Bag> fit(Bag bag, int count, Bag.Fitter fitter) {
    try {
      bag.fit(count, fitter);
    } catch (ExecutionException e) {
      failures.add(Causes.readable(e.getCause() == null ? e : e.getCause()));
      bags.remove(bag);
      return Optional.empty();
    }
    enough = enough || bag.isWhole();
    notes.accept(
        String.format(
            Locale.ROOT,
            "teacher: %s on %s folds in %.0f s, log loss %.4f",
            bag.spec().family(),
            bag.isWhole() ? count : count + " of " + folds.size(),
            bag.seconds(),
            bag.logLoss()));
    return Optional.of(bag);
  }

  /** Those for which there is time, in their order; then the others, the quickest first. */
  private List<Candidate> affordableFirst(List<Candidate> candidates) {
    List<Candidate> order =
        new ArrayList<>(candidates.stream().filter(c -> fits(c, folds.size())).toList());
    candidates.stream()
        .filter(c -> !order.contains(c))
        .sorted(Comparator.comparingDouble(Candidate::seconds))
        .forEach(order::add);
    return order;
  }

  /** Whether so many folds leave time to others. */
  private boolean fits(Candidate candidate, int count) {
    double seconds = candidate.seconds() * count / folds.size();
    return hasTime(seconds) && leavesTime(seconds);
  }

  private boolean leavesTime(double seconds) {
    return deadline.tooLong(duration(seconds)).isEmpty();
  }

  private boolean hasTime(double seconds) {
    return !deadline.isOver()
        && deadline.left().filter(left -> left.compareTo(duration(seconds)) < 0).isEmpty();
  }

  /** Those that were fitted on all folds. */
  private List<Bag> whole() {
    if (bags.isEmpty()) {
      throw new IllegalStateException(
          "no teacher could be trained: "
              + failures.stream().map(Causes::text).distinct().toList());
    }
    return bags.stream().filter(Bag::isWhole).toList();
  }

  /** The best of each family, the best one first, then the others. */
  private static List<Candidate> candidates(List<Candidate> ranked) {
    Set<String> seen = new HashSet<>();
    List<Candidate> order = new ArrayList<>();
    List<Candidate> others = new ArrayList<>();
    for (Candidate candidate : ranked) {
      (seen.add(candidate.spec().family()) ? order : others).add(candidate);
    }
    order.addAll(others);
    return order;
  }

  /** The best of some families, the quickest one first. */
  private static List<Candidate> ofFamilies(List<Candidate> ranked) {
    long families = ranked.stream().map(c -> c.spec().family()).distinct().count();
    return candidates(ranked).stream()
        .limit(Math.min(families, MOST - FURTHER))
        .sorted(Comparator.comparingDouble(Candidate::seconds))
        .toList();
  }

  private static Duration duration(double seconds) {
    return Duration.ofMillis(Math.round(1e3 * seconds));
  }

  /** The best one with more capacity, or twice, and what else the search knows of its family. */
  private static List<Candidate> further(
      Bag best, SweepSpace space, int times, List<Candidate> ranked) {
    TrialSpec spec = best.spec();
    double seconds = best.seconds() + best.secondsLeft();
    List<Candidate> further = new ArrayList<>();
    for (int more : new int[] {times, 2}) {
      space
          .wider(spec, more)
          .ifPresent(
              wider -> {
                double longer = (double) space.capacity(wider) / space.capacity(spec);
                further.add(new Candidate(wider, longer * seconds));
              });
    }
    ranked.stream().filter(c -> c.spec().family().equals(spec.family())).forEach(further::add);
    return further;
  }
}
