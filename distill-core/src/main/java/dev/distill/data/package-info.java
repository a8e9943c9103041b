/**
 * From a table of people's columns to what students learn from: features, labels, the teacher's
 * probabilities, and the rows that are held out.
 *
 * <p>Knows no file format: the command line reads files into a {@link dev.distill.spi.Table}, and
 * arrays become one directly. May import {@code dev.distill.runtime}, {@code dev.distill.spi} and
 * {@code dev.distill.loss}. What a caller got wrong is an {@link IllegalArgumentException} of one
 * line: where, what, got, allowed; rows are counted from 1, without the header. Start reading at
 * {@link dev.distill.data.Dataset}; {@link dev.distill.data.FeatureEncoder} holds the rules by
 * which a column becomes features or is left out.
 */
@NullMarked
package dev.distill.data;

import org.jspecify.annotations.NullMarked;
