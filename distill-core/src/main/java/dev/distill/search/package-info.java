/**
 * Search by ask and tell: a study suggests trials and is told their values.
 *
 * <p>Knows nothing of distillation; imports {@code dev.distill.spi} for the search space alone.
 * Start reading at {@link dev.distill.search.Study}.
 */
@NullMarked
package dev.distill.search;

import org.jspecify.annotations.NullMarked;
