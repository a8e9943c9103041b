package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.loss.CrossEntropy;
import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.Argmax;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far the teacher's answers on the training rows can be trusted. A teacher that was trained on
 * them has seen their labels: there it is surer than it may be, and a student that listens to it
 * learns the labels again.
 *
 * @param trainLogLoss cross-entropy of the teacher against the labels of the training rows, in nats
 * @param testLogLoss the same on the test rows
 * @param trainConfidence mean probability of the teacher's own choice on the training rows
 * @param testConfidence the same on the test rows
 * @param overfit whether it is better on the training rows than chance explains and than would be
 *     harmless
 * @param doubtfulLabels training rows, counted from 0, where it is sure of another class than the
 *     label: possible errors of the labels
 * @param calibration how its probabilities would have to be corrected for the training rows' labels
 * @param calibratedTestLogLoss its log loss on the test rows with that correction, in nats
 * @param miscalibrated whether that is lower by more than chance explains and matters
 */
public record TeacherDiagnosis(
    double trainLogLoss,
    double testLogLoss,
    double trainConfidence,
    double testConfidence,
    boolean overfit,
    List<Integer> doubtfulLabels,
    String calibration,
    double calibratedTestLogLoss,
    boolean miscalibrated) {

  /** So many standard errors are no chance. */
  private static final double ERRORS = 3;

  /** Log loss on test rows that is higher by less than this share does no harm. */
  private static final double HARMLESS = 0.2;

  /** A log loss that a correction makes lower by less than this share does no harm either. */
  private static final double MATTERS = 0.02;

  /** From here on a teacher is sure. */
  private static final double SURE = 0.95;

  /** Copies the list. */
  public TeacherDiagnosis {
    doubtfulLabels = List.copyOf(doubtfulLabels);
  }

  /**
   * Compares a teacher's training and test rows. Where the test rows were cut from the training
   * rows, it has seen both or neither, so nothing can be told from them.
   */
  static TeacherDiagnosis of(DistillationTask task) {
    Side train = Side.of(task.train(), task.trainTeacher());
    Side test = Side.of(task.test(), task.testTeacher());
    double error = Math.sqrt(train.errorSquared + test.errorSquared);
    boolean overfit =
        !task.heldOut()
            && test.logLoss - train.logLoss > ERRORS * error
            && test.logLoss > (1 + HARMLESS) * train.logLoss;
    TeacherCalibration calibration =
        TeacherCalibration.fit(
            task.trainTeacher(), task.train().labels(), task.train().classes().size());
    double[] corrected = calibration.apply(task.testTeacher());
    Gain gain = Gain.of(task.test(), task.testTeacher(), corrected);
    return new TeacherDiagnosis(
        train.logLoss,
        test.logLoss,
        train.confidence,
        test.confidence,
        overfit,
        train.doubtful,
        calibration.toString(),
        test.logLoss - gain.mean,
        gain.mean > ERRORS * gain.error && gain.mean > MATTERS * test.logLoss);
  }

  /** By how much other answers have a lower log loss, and the standard error of that. */
  private record Gain(double mean, double error) {
    static Gain of(Dataset data, double[] answers, double[] others) {
      int classes = data.classes().size();
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < data.rows(); i++) {
        int label = data.labels()[i];
        int at = i * classes;
        double gain =
            CrossEntropy.hardRow(label, answers, at, classes, KullbackLeibler.FLOOR)
                - CrossEntropy.hardRow(label, others, at, classes, KullbackLeibler.FLOOR);
        sum += gain;
        squares += gain * gain;
      }
      double mean = sum / data.rows();
      double variance = Math.max(0, squares / data.rows() - mean * mean);
      return new Gain(mean, Math.sqrt(variance / data.rows()));
    }
  }

  private record Side(
      double logLoss, double errorSquared, double confidence, List<Integer> doubtful) {
    static Side of(Dataset data, double[] teacher) {
      int rows = data.rows();
      int classes = data.classes().size();
      double sum = 0;
      double squares = 0;
      double confidence = 0;
      List<Integer> doubtful = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        int label = data.labels()[i];
        int at = i * classes;
        double loss = CrossEntropy.hardRow(label, teacher, at, classes, KullbackLeibler.FLOOR);
        sum += loss;
        squares += loss * loss;
        int choice = Argmax.row(teacher, at, classes);
        confidence += teacher[at + choice];
        if (choice != label && teacher[at + choice] >= SURE) {
          doubtful.add(i);
        }
      }
      double mean = sum / rows;
      double variance = Math.max(0, squares / rows - mean * mean);
      return new Side(mean, variance / rows, confidence / rows, doubtful);
    }
  }

  /** What a user should know, a line each; none if all is well. */
  public List<String> warnings() {
    List<String> lines = new ArrayList<>();
    if (overfit) {
      lines.add(
          String.format(
              Locale.ROOT,
              "The teacher was trained on the training rows: its log loss is %.4f there and %.4f on"
                  + " the test rows, its confidence %.3f and %.3f. Out-of-fold probabilities of the"
                  + " training rows would say how sure it may be.",
              trainLogLoss,
              testLogLoss,
              trainConfidence,
              testConfidence));
    }
    if (miscalibrated) {
      lines.add(
          String.format(
              Locale.ROOT,
              "The teacher is not calibrated: corrected (%s, learned on the training rows) its log"
                  + " loss on the test rows is %.4f instead of %.4f. With --goal predict students may"
                  + " learn from the corrected one.",
              calibration,
              calibratedTestLogLoss,
              testLogLoss));
    }
    if (!doubtfulLabels.isEmpty()) {
      lines.add(
          "The teacher is sure of another class than the label in %s: possible errors of the labels (result.json names rows)."
              .formatted(
                  doubtfulLabels.size() == 1
                      ? "one training row"
                      : doubtfulLabels.size() + " training rows"));
    }
    return lines;
  }
}
