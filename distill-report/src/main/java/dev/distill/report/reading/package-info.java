/**
 * Students that a person can read, as texts and as what a page draws: the rules of a small tree,
 * the curves of an additive model. May import the runtime. Start reading at {@link
 * dev.distill.report.reading.Explanation}.
 */
@NullMarked
package dev.distill.report.reading;

import org.jspecify.annotations.NullMarked;
