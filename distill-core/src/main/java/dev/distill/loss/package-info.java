/**
 * Losses and temperature scaling as allocation-free kernels over row-major arrays.
 *
 * <p>Imports nothing of Distill. Losses are means per row, in nats; a gradient is dL/d(logit).
 * Start reading at {@link dev.distill.loss.Softmax}.
 */
@NullMarked
package dev.distill.loss;

import org.jspecify.annotations.NullMarked;
