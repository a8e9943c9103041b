/**
 * What a student is judged by: how well it predicts, how close it is to its teacher, and whether a
 * difference between two students is more than chance.
 *
 * <p>May import {@code dev.distill.loss}, nothing else of Distill. Arrays are row-major, rows ×
 * classes; probabilities are at temperature 1; labels are class indices; divergences are in nats.
 * Start reading at {@link dev.distill.metrics.Evaluation}, which computes everything for one
 * student; {@link dev.distill.metrics.Comparison} sets two students side by side.
 */
@NullMarked
package dev.distill.metrics;

import org.jspecify.annotations.NullMarked;
