/**
 * Distilling where the data are: on a Spark cluster, whose classes are the cluster's own.
 *
 * <p>{@link dev.distill.spark.TeacherJob} asks teachers about a DataFrame and makes more rows of
 * it, {@link dev.distill.spark.SparkTrialExecutor} runs the trials of a sweep as tasks, {@link
 * dev.distill.spark.StudentTransformer} adds a student's answers to a DataFrame and needs no more
 * of Distill than its runtime. May import {@code dev.distill.runtime} and core; nobody imports
 * this.
 */
@NullMarked
package dev.distill.spark;

import org.jspecify.annotations.NullMarked;
