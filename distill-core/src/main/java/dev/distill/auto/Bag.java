package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.runtime.PortableModel;
import dev.distill.spi.FittedStudent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * A configuration that is fitted on one fold after the other, and its answers for those rows of
 * each that it did not see (bagging; Breiman, 1996).
 */
final class Bag {
  private final TrialSpec spec;
  private final Dataset rows;
  private final List<Fold> folds;
  private final boolean calibrates;
  private final List<PortableModel> models = new ArrayList<>();
  // Rows × classes, of rows that no fitted fold held out: 0.
  private final float[] logits;
  private double seconds;
  private Answers answers = new Answers(new double[0], 1, Double.NaN);
  private double firstLogLoss = Double.NaN;

  /**
   * Nothing is fitted yet.
   *
   * @param calibrates whether its logits are to be divided by a temperature
   */
  Bag(TrialSpec spec, Dataset rows, List<Fold> folds, boolean calibrates) {
    this.spec = spec;
    this.rows = rows;
    this.folds = folds;
    this.calibrates = calibrates;
    logits = new float[rows.rows() * rows.classes().size()];
  }

  TrialSpec spec() {
    return spec;
  }

  /** How many folds it was fitted on. */
  int fitted() {
    return models.size();
  }

  /** Whether it was fitted on all folds. */
  boolean isWhole() {
    return fitted() == folds.size();
  }

  /** What the fits took. */
  double seconds() {
    return seconds;
  }

  /** What the other folds will take. */
  double secondsLeft() {
    return seconds * (folds.size() - fitted()) / fitted();
  }

  /** How to fit. */
  record Fitter(TrialRunner distiller, ExecutorService pool) {
    private Future<PortableModel> begin(TrialSpec spec, Fold fold) {
      Callable<PortableModel> fit =
          () -> {
            try (FittedStudent student = distiller.fit(spec, fold, 1, spec.hyperparameters())) {
              return TrialRunner.portable(spec, student);
            }
          };
      return pool.submit(() -> distiller.limited(fit));
    }
  }

  /** Fits on the next folds, until so many are. */
  void fit(int count, Fitter fitter) throws ExecutionException {
    long start = System.nanoTime();
    List<Fold> next = folds.subList(fitted(), count);
    List<Future<PortableModel>> running =
        next.stream().map(fold -> fitter.begin(spec, fold)).toList();
    int k = rows.classes().size();
    try {
      for (int f = 0; f < running.size(); f++) {
        PortableModel model = running.get(f).get();
        int[] held = next.get(f).validationRows();
        float[] answers = new float[held.length * k];
        model.logits(TrialRunner.validation(next.get(f)).values(), held.length, answers);
        for (int i = 0; i < held.length; i++) {
          System.arraycopy(answers, i * k, logits, held[i] * k, k);
        }
        models.add(model);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a teacher was trained", e);
    } finally {
      running.forEach(fit -> fit.cancel(true));
    }
    answers = answers();
    if (Double.isNaN(firstLogLoss)) {
      firstLogLoss = answers.logLoss();
    }
    seconds += (System.nanoTime() - start) / 1e9;
  }

  /** The log loss on the rows that the folds so far hold out, in nats a row. */
  double logLoss() {
    return answers.logLoss();
  }

  /** The same when it had been fitted for the first time, on fewer folds perhaps. */
  double firstLogLoss() {
    return firstLogLoss;
  }

  /** Rows × classes probabilities of the rows held out, from those that were not fitted on them. */
  double[] outOfFold() {
    return answers.probabilities();
  }

  /** The member of a teacher that it makes, with the whole weight. */
  AutoTeacher.Member member() {
    return new AutoTeacher.Member(spec, 1, answers.logLoss(), answers.calibration(), models);
  }

  private record Answers(double[] probabilities, double calibration, double logLoss) {}

  private Answers answers() {
    int k = rows.classes().size();
    int[] held =
        folds.subList(0, fitted()).stream()
            .flatMapToInt(fold -> Arrays.stream(fold.validationRows()))
            .sorted()
            .toArray();
    int[] labels = TrialRunner.pick(rows.labels(), held);
    float[] theirs = new float[held.length * k];
    for (int i = 0; i < held.length; i++) {
      System.arraycopy(logits, held[i] * k, theirs, i * k, k);
    }
    double calibration = 1;
    if (calibrates) {
      double[] sure = TeacherTraining.certain(labels, k);
      calibration = new Objective(sure, labels, k, 0).calibrate(theirs);
    }
    double[] probabilities = AutoTeacher.probabilities(theirs, calibration, k);
    return new Answers(
        probabilities, calibration, EnsembleSelection.logLoss(probabilities, labels, k));
  }
}
