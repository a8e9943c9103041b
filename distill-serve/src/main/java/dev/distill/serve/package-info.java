/**
 * Serves student files over HTTP: the Open Inference Protocol v2, rows as people have them,
 * metrics.
 *
 * <p>Imports {@code dev.distill.runtime}, Vert.x, Jackson's streams and Micrometer. Start reading
 * at {@link dev.distill.serve.StudentServer}; {@code docs/serve.md} has every path and limit.
 */
@NullMarked
package dev.distill.serve;

import org.jspecify.annotations.NullMarked;
