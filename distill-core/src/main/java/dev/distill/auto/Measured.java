package dev.distill.auto;

import dev.distill.metrics.Evaluation;
import dev.distill.runtime.StudentFile;

/**
 * A finished student: chosen by validation, fitted on all training rows, scored once on the test
 * rows.
 *
 * @param chosen the trial it comes from
 * @param file the student as it is deployed
 * @param steps training steps of the final fit, 0 if the family has none
 * @param trainSeconds wall time of the final fit
 * @param trainKl mean KL of the teacher from {@code file} on training rows, in nats
 * @param test metrics on the test rows, scored by {@code file}
 * @param cost what an answer of {@code file} costs
 * @param testProbabilities test rows × classes, row-major: what {@code file} answers
 */
public record Measured(
    TrialOutcome chosen,
    StudentFile file,
    int steps,
    double trainSeconds,
    double trainKl,
    Evaluation test,
    ServingCost cost,
    double[] testProbabilities) {}
