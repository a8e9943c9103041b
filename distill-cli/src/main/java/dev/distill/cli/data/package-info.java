/**
 * Reads people's files into tables, datasets and teachers' probabilities, and writes predictions.
 *
 * <p>May import {@code dev.distill.data} and what lies below it, and DuckDB, which reads the
 * values. Whatever is wrong with a file ends in an {@link dev.distill.cli.data.InputException}
 * whose message is one line. Start reading at {@link dev.distill.cli.data.DataLoader}.
 */
@NullMarked
package dev.distill.cli.data;

import org.jspecify.annotations.NullMarked;
