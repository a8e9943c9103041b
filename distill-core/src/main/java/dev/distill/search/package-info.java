/**
 * Search by ask and tell: a study suggests trials and is told their values.
 *
 * <p>Knows nothing of distillation; imports {@code dev.distill.spi} for the search space alone.
 * Start reading at {@link dev.distill.search.Study}, whose ten lines are all that a search needs.
 */
@NullMarked
package dev.distill.search;

import org.jspecify.annotations.NullMarked;
