/**
 * Sums of wide linear models by the vector API ({@code jdk.incubator.vector}).
 *
 * <p>Imports that and the runtime. Start reading at {@link dev.distill.runtime.vector.Kernel},
 * which the runtime finds by {@link java.util.ServiceLoader}.
 */
@NullMarked
package dev.distill.runtime.vector;

import org.jspecify.annotations.NullMarked;
