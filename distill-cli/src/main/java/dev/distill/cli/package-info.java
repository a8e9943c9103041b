/**
 * The command line: picocli commands, each thin; the work is core's, the files are {@code
 * dev.distill.cli.data}'s. Start reading at {@link dev.distill.cli.Main}.
 */
@NullMarked
package dev.distill.cli;

import org.jspecify.annotations.NullMarked;
