package dev.distill.auto;

import dev.distill.data.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Which of the teacher's answers students learn from. There may be several for the same rows; which
 * is best is searched, and judged by {@link DistillationTask#trainTeacher()} and labels.
 *
 * @param name what it is called in {@code leaderboard.csv}
 * @param train rows × classes probabilities of the training rows
 * @param more makes of the answers for rows without labels what is learned from
 */
record LabelSource(String name, double[] train, UnaryOperator<double[]> more) {
  /** As the teacher gave them. */
  static final String GIVEN = "given";

  /** Of a teacher that was fitted on the rows it answers for, where the given ones are not. */
  static final String IN_SAMPLE = "in_sample";

  /** Corrected by the labels. */
  static final String CALIBRATED = "calibrated";

  /** What students may learn from: the answers that they are judged by first. */
  static List<LabelSource> all(
      Dataset train, double[] given, double[] inSample, DistillConfig config) {
    List<LabelSource> sources = new ArrayList<>();
    sources.add(of(GIVEN, given));
    if (config.plan() == SweepPlan.REFERENCE) {
      return sources;
    }
    if (inSample.length > 0) {
      sources.add(of(IN_SAMPLE, inSample));
    }
    // Who wants to mimic the teacher, even in part, wants it as it is.
    if (config.teacherWeight() == 0) {
      sources.add(calibrated(given, train.labels(), train.classes().size()));
    }
    return sources;
  }

  /** Answers as they are. */
  static LabelSource of(String name, double[] train) {
    return new LabelSource(name, train, UnaryOperator.identity());
  }

  /** Answers that a calibration corrects, of made rows too. */
  static LabelSource calibrated(double[] given, int[] labels, int classes) {
    TeacherCalibration calibration = TeacherCalibration.fit(given, labels, classes);
    return new LabelSource(CALIBRATED, calibration.apply(given), calibration::apply);
  }
}
