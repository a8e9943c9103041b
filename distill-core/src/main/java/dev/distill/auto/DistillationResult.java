package dev.distill.auto;

import dev.distill.metrics.ConfidenceBand;
import dev.distill.metrics.ConfusionMatrix;
import dev.distill.metrics.Evaluation;
import dev.distill.metrics.ReliabilityBin;
import dev.distill.metrics.ScoreQuantiles;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came out of a sweep.
 *
 * @param task what was distilled
 * @param config how
 * @param student the chosen student
 * @param twin the same families, budget and search on labels alone
 * @param teacher the teacher's own metrics on the test rows
 * @param prior the metrics of answering with the training rows' class shares
 * @param verdict student against twin and teacher
 * @param setAside the student that validation rows chose, where the twin is delivered in its place
 *     since it predicts the labels of test rows better beyond noise
 * @param trials outcomes of the student's search, then of the twin's, each by trial number, then of
 *     the finals, then last fits that failed where another student took the place
 * @param front the students' Pareto front among the goals of the search and within its limits, by
 *     trial number: figures of the rows that the search saw, before the finals
 * @param importance the share of the variance of the losses in the students' search that each
 *     parameter makes alone; a family's own have its id before the name; empty where there were
 *     several such searches, or too few trials to tell
 * @param seconds wall time of the whole sweep
 * @param endedEarly whether trials were left out or broken off, being cancelled or out of time
 * @param moreRows why the student got no more rows without labels than it did; empty where there
 *     were none
 */
public record DistillationResult(
    DistillationTask task,
    DistillConfig config,
    Measured student,
    Measured twin,
    Evaluation teacher,
    Evaluation prior,
    Verdict verdict,
    Optional<SetAside> setAside,
    List<TrialOutcome> trials,
    List<TrialOutcome> front,
    Map<String, Double> importance,
    double seconds,
    boolean endedEarly,
    String moreRows) {

  /**
   * A student that is not delivered.
   *
   * @param student the student
   * @param verdict it against twin and teacher
   */
  public record SetAside(Measured student, Verdict verdict) {}

  /** Student and teacher on the test rows by how sure the teacher is. */
  public List<ConfidenceBand> byConfidence() {
    return ConfidenceBand.of(
        student.testProbabilities(),
        task.testTeacher(),
        task.test().labels(),
        task.test().classes().size());
  }

  /** The test rows on which the student is farthest from the teacher, beyond chance. */
  public List<Slice> worstSlices() {
    return Slice.worst(task.test(), task.testTeacher(), student.testProbabilities());
  }

  /** Whether a model's probabilities of the test rows mean what they say. */
  public List<ReliabilityBin> reliability(double[] probabilities) {
    return ReliabilityBin.of(probabilities, task.test().labels(), classes());
  }

  /** How often a model answers test rows of each class with each. */
  public ConfusionMatrix confusion(double[] probabilities) {
    return ConfusionMatrix.of(probabilities, task.test().labels(), task.test().rows(), classes());
  }

  /**
   * The distributions of probabilities on the test rows, of the classes where they differ most.
   *
   * @param most so many classes, at most
   */
  public List<ScoreQuantiles> scoreQuantiles(int most) {
    return ScoreQuantiles.of(
        task.testTeacher(), student.testProbabilities(), twin.testProbabilities(), classes(), most);
  }

  /** The test rows on which the student is farthest from the teacher, with what it went by. */
  public List<Disagreement> disagreements() {
    return Disagreement.largest(
        task.test(), task.testTeacher(), student.testProbabilities(), student.file());
  }

  private int classes() {
    return task.test().classes().size();
  }

  /** What to do with it. */
  public Advice advice() {
    return Advice.of(this);
  }

  /** How far the teacher's answers on the training rows can be trusted. */
  public TeacherDiagnosis diagnosis() {
    return TeacherDiagnosis.of(task);
  }
}
