package dev.distill.search;

import dev.distill.spi.Hyperparameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The tree-structured Parzen estimator (Bergstra et al., 2011) with what Watanabe (2023) found to
 * matter: one density over all dimensions of the good trials and one of the others, multivariate,
 * with a prior and smoothed choices; a suggestion is a draw from the good density where its ratio
 * to the other is high.
 *
 * <p>While trials are few, their values say more than which of them are good: then the draws are
 * ranked by the expected improvement (Jones et al., 1998) under a Gaussian process instead, and the
 * best ones improved upon.
 *
 * <p>Trials that run count as bad ones, so that others keep away from them (a constant liar;
 * Ginsbourger et al., 2010). So do failed ones. Pruned trials stand behind complete ones, those
 * that break constraints behind those that keep them.
 *
 * <p>Several objectives: while trials are few, the Gaussian process is of the worst of them,
 * weighted, by weights that are drawn anew for each suggestion (ParEGO; Knowles, 2006); later the
 * good trials are those on the first fronts that cover most (MOTPE; Ozaki et al., 2022).
 */
public final class TpeSampler implements Sampler {
  private final Settings settings;

  /**
   * Settings.
   *
   * @param startup trials drawn evenly before the others say where to look
   * @param candidates draws to choose from
   * @param modelled up to so many trials in the part of the space, a Gaussian process ranks the
   *     draws
   */
  public record Settings(int startup, int candidates, int modelled) {
    /** The defaults. */
    public static final Settings DEFAULT = new Settings(8, 32, 120);
  }

  /** A sampler with the default settings. */
  public TpeSampler() {
    this(Settings.DEFAULT);
  }

  /** A sampler. */
  public TpeSampler(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Optional<Hyperparameters> suggest(Question question) {
    return new Suggestion(question).make();
  }

  /**
   * A trial in the part of the space that is asked for.
   *
   * @param loss its value, the last one of a pruned trial; with several objectives, what {@link
   *     Objectives} makes of them
   */
  private record Seen(Trial trial, double[] point, double loss) {}

  /** Makes one suggestion. */
  private final class Suggestion {
    /** So many trials at most are good. */
    private static final int MOST_GOOD = 25;

    /** Of the others, so many at most make the density. */
    private static final int MOST_OTHERS = 230;

    private final Axes axes;
    private final RandomGenerator random;
    // The ended ones that tell something, the best first; then those that are to be kept away from.
    private final List<Seen> ranked = new ArrayList<>();
    private final List<Seen> avoided = new ArrayList<>();
    private final Question question;

    Suggestion(Question question) {
      this.question = question;
      axes = new Axes(question.space());
      random = question.random();
    }

    Optional<Hyperparameters> make() {
      look();
      double[] chosen;
      if (ranked.size() < settings.startup()) {
        chosen = axes.snap(axes.draw(random));
        for (int i = 0; i < 100 && isTaken(chosen); i++) {
          chosen = axes.snap(axes.draw(random));
        }
      } else if (isModelled()) {
        chosen = byModel();
      } else {
        chosen = byRatio();
      }
      if (isTaken(chosen)) {
        return untried();
      }
      return Optional.of(axes.decode(chosen));
    }

    /** Sorts the trials of this part of the space. */
    private void look() {
      for (Trial trial : question.trials()) {
        double[] point = axes.encode(trial.parameters());
        if (point != null) {
          boolean telling =
              trial.state() == Trial.State.COMPLETE
                  || (trial.state() == Trial.State.PRUNED && !trial.curve().isEmpty());
          (telling ? ranked : avoided).add(new Seen(trial, point, telling ? loss(trial) : 0));
        }
      }
      if (ranked.stream().anyMatch(seen -> seen.trial().values().size() > 1)) {
        combine();
      }
      ranked.sort(
          Comparator.comparing((Seen s) -> s.trial().state() == Trial.State.PRUNED)
              .thenComparingDouble(s -> s.trial().violation())
              .thenComparing(s -> s.trial().curve().isEmpty() ? 0 : -lastStep(s))
              .thenComparingDouble(Seen::loss));
    }

    /** Makes one loss of several objectives. */
    private void combine() {
      ranked.removeIf(seen -> seen.trial().state() != Trial.State.COMPLETE);
      double[][] values = new double[ranked.size()][];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            ranked.get(i).trial().values().stream().mapToDouble(Double::doubleValue).toArray();
      }
      double[] losses =
          isModelled() ? Objectives.weighed(values, random) : Objectives.ordered(values);
      for (int i = 0; i < losses.length; i++) {
        ranked.set(i, new Seen(ranked.get(i).trial(), ranked.get(i).point(), losses[i]));
      }
    }

    private boolean isModelled() {
      return ranked.size() + avoided.size() <= settings.modelled();
    }

    private boolean isTaken(double[] point) {
      return axes.isDiscrete(point) && (isAmong(ranked, point) || isAmong(avoided, point));
    }

    private Optional<Hyperparameters> untried() {
      for (int i = 0; i < 1_000; i++) {
        double[] point = axes.snap(axes.draw(random));
        if (!isTaken(point)) {
          return Optional.of(axes.decode(point));
        }
      }
      return Optional.empty();
    }

    /** How many of the trials are good. */
    private int good() {
      return Math.min(MOST_GOOD, 1 + ranked.size() / 8);
    }

    private Parzen goodDensity() {
      return new Parzen(axes, ranked.subList(0, good()).stream().map(Seen::point).toList());
    }

    private double[] byRatio() {
      Parzen good = goodDensity();
      List<double[]> rest = new ArrayList<>();
      List<Seen> others = ranked.subList(good(), ranked.size());
      int stride = 1 + others.size() / MOST_OTHERS;
      for (int i = 0; i < others.size(); i += stride) {
        rest.add(others.get(i).point());
      }
      avoided
          .subList(Math.max(0, avoided.size() - MOST_GOOD), avoided.size())
          .forEach(seen -> rest.add(seen.point()));
      Parzen bad = new Parzen(axes, rest);
      double[] best = {};
      double highest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < settings.candidates(); i++) {
        double[] candidate = axes.snap(good.draw(random));
        double ratio = isTaken(candidate) ? -1e300 : good.log(candidate) - bad.log(candidate);
        if (ratio > highest) {
          highest = ratio;
          best = candidate;
        }
      }
      return best;
    }

    private double[] byModel() {
      List<double[]> points = new ArrayList<>(ranked.stream().map(Seen::point).toList());
      double[] values = scaled(losses());
      GaussianProcess model = new GaussianProcess(axes, points, values);
      if (!avoided.isEmpty()) {
        // Those that run are believed to come out as expected, those that failed as the worst.
        double[] more = Arrays.copyOf(values, values.length + avoided.size());
        double[] expected = new double[2];
        double worst = Arrays.stream(values).max().orElse(0);
        for (int i = 0; i < avoided.size(); i++) {
          Seen seen = avoided.get(i);
          model.predict(seen.point(), expected);
          points.add(seen.point());
          more[values.length + i] =
              seen.trial().state() == Trial.State.FAILED ? worst : expected[0];
        }
        model = model.with(points, more);
      }
      return mostPromising(model, points);
    }

    /** Losses in the order of rank; what was not seen to the end counts as middling at best. */
    private double[] losses() {
      double[] losses = new double[ranked.size()];
      double worstKept = Double.NEGATIVE_INFINITY;
      List<Double> complete = new ArrayList<>();
      for (Seen seen : ranked) {
        if (seen.trial().state() == Trial.State.COMPLETE) {
          complete.add(seen.loss());
          worstKept = seen.trial().violation() == 0 ? Math.max(worstKept, seen.loss()) : worstKept;
        }
      }
      complete.sort(null);
      double middle = complete.isEmpty() ? 0 : complete.get(complete.size() / 2);
      double least = complete.isEmpty() ? 0 : complete.get(0);
      for (int i = 0; i < losses.length; i++) {
        Seen seen = ranked.get(i);
        double violation = seen.trial().violation();
        losses[i] = seen.loss();
        if (seen.trial().state() == Trial.State.PRUNED) {
          losses[i] = Math.max(losses[i], middle);
        } else if (violation > 0) {
          double above = Math.min(1, violation) * Math.max(1e-12, middle - least);
          losses[i] = worstKept > Double.NEGATIVE_INFINITY ? worstKept + above : violation;
        }
      }
      return losses;
    }

    private double[] mostPromising(GaussianProcess model, List<double[]> points) {
      double[] expected = new double[2];
      double lowest = Double.POSITIVE_INFINITY;
      for (double[] point : points) {
        model.predict(point, expected);
        lowest = Math.min(lowest, expected[0]);
      }
      Parzen good = goodDensity();
      List<double[]> candidates = new ArrayList<>();
      for (int i = 0; i < 4 * settings.candidates(); i++) {
        candidates.add(axes.snap(good.draw(random)));
        candidates.add(axes.snap(axes.draw(random)));
      }
      for (int i = 0; i < 3 * settings.candidates(); i++) {
        Seen near = ranked.get(random.nextInt(Math.min(3, ranked.size())));
        candidates.add(moved(near.point(), SCALES[i % SCALES.length]));
      }
      List<Promise> promises = new ArrayList<>();
      for (double[] candidate : candidates) {
        promises.add(promise(model, candidate, lowest));
      }
      promises.sort(Comparator.comparingDouble(p -> -p.improvement()));
      Promise best = promises.get(0);
      for (Promise start : promises.subList(0, STARTS)) {
        Promise climbing = start;
        for (int i = 0; i < CLIMBS; i++) {
          double scale = SCALES[0] * StrictMath.pow(0.02, (double) i / CLIMBS);
          Promise next = promise(model, moved(climbing.point(), scale), lowest);
          climbing = next.improvement() > climbing.improvement() ? next : climbing;
        }
        best = climbing.improvement() > best.improvement() ? climbing : best;
      }
      return best.point();
    }

    private Promise promise(GaussianProcess model, double[] point, double lowest) {
      if (isTaken(point)) {
        return new Promise(point, Double.NEGATIVE_INFINITY);
      }
      double[] expected = new double[2];
      model.predict(point, expected);
      double z = (lowest - expected[0]) / expected[1];
      // The logarithm, so that even hopeless points can be told apart (Ament et al., 2023).
      double improvement =
          z > -5
              ? StrictMath.log(z * Normal.below(z) + Normal.density(z) + 1e-300)
              : -0.5 * z * z - 2 * StrictMath.log(-z) - 0.9189385;
      // The less, the more of what is unknown there is noise (Huang et al., 2006): else the process
      // asks over and over for the best option of a choice, and never for the others.
      double noise = model.noise();
      double known = StrictMath.sqrt(noise / (expected[1] * expected[1] + noise));
      return new Promise(
          point, improvement + StrictMath.log(expected[1]) + StrictMath.log1p(-known));
    }

    /** A point nearby: some coordinates moved, at least one. */
    private double[] moved(double[] from, double scale) {
      double[] point = from.clone();
      int existing = 0;
      for (double x : point) {
        existing += Double.isNaN(x) ? 0 : 1;
      }
      double share = Math.max(0.35, 1.5 / Math.max(1, existing));
      for (int tries = 0; tries < 20; tries++) {
        for (int d = 0; d < point.length; d++) {
          if (!axes.exists(d, point)) {
            point[d] = Double.NaN;
          } else if (Double.isNaN(point[d])) {
            point[d] = axes.draw(d, random);
          } else if (random.nextDouble() < share) {
            if (axes.options(d) == 0) {
              point[d] = Normal.within(point[d], scale, random);
            } else if (random.nextDouble() < 0.3) {
              point[d] = axes.draw(d, random);
            }
          }
        }
        axes.snap(point);
        if (!Arrays.equals(point, from)) {
          break;
        }
      }
      return point;
    }
  }

  private static final double[] SCALES = {0.2, 0.08, 0.03, 0.01};

  /** So many draws are climbed from, by so many steps each. */
  private static final int STARTS = 4;

  private static final int CLIMBS = 40;

  /** A candidate and the logarithm of its expected improvement. */
  private record Promise(double[] point, double improvement) {}

  private static boolean isAmong(List<Seen> seen, double[] point) {
    for (Seen other : seen) {
      if (Arrays.equals(other.point(), point)) {
        return true;
      }
    }
    return false;
  }

  private static int lastStep(Seen seen) {
    return seen.trial().state() == Trial.State.PRUNED ? seen.trial().curve().lastKey() : 0;
  }

  private static double loss(Trial trial) {
    return trial.state() == Trial.State.COMPLETE
        ? trial.value()
        : trial.curve().get(trial.curve().lastKey());
  }

  /**
   * Values with a mean of 0 and a variance of 1, the bad half squeezed by a logarithm: how bad a
   * bad trial is tells little about where the good ones are.
   */
  static double[] scaled(double[] losses) {
    double[] sorted = losses.clone();
    Arrays.sort(sorted);
    double middle = sorted[sorted.length / 2];
    double range = middle - sorted[0];
    if (!(range > 0)) {
      range = sorted[sorted.length - 1] - sorted[0];
    }
    double[] values = new double[losses.length];
    double mean = 0;
    for (int i = 0; i < values.length; i++) {
      double z = range > 0 ? (losses[i] - middle) / range : 0;
      values[i] = z > 0 ? StrictMath.log1p(z) : z;
      mean += values[i] / values.length;
    }
    double variance = 0;
    for (double value : values) {
      variance += (value - mean) * (value - mean) / values.length;
    }
    double deviation = variance > 0 ? StrictMath.sqrt(variance) : 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = (values[i] - mean) / deviation;
    }
    return values;
  }
}
