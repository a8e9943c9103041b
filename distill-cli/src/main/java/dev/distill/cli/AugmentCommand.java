package dev.distill.cli;

import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.cli.data.TableWriter;
import dev.distill.data.Munge;
import dev.distill.data.TeacherKind;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill augment}: more rows for a teacher that is elsewhere. */
@Command(
    name = "augment",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes rows like the training rows (MUNGE), for a teacher to score where it lives.",
      "",
      "A run learns from them with --augmented F and --augmented-teacher F.",
      ""
    })
final class AugmentCommand implements Callable<Integer> {
  private static final int BATCH = 16_384;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--train",
      required = true,
      paramLabel = "F",
      description = "training rows: CSV, TSV or Parquet, also .gz")
  private Path train = Path.of("");

  @Option(
      names = "--label",
      required = true,
      paramLabel = "COL",
      description = "the column to predict, which is left out")
  private String label = "";

  @Option(
      names = "--id",
      paramLabel = "COL",
      description = "a column that tells rows apart, which is left out too")
  private @Nullable String id;

  @Option(
      names = "--factor",
      paramLabel = "N",
      description = "so many rows for each training row (${DEFAULT-VALUE})")
  private int factor = 20;

  @Option(names = "--seed", paramLabel = "N", description = "seed of the draws (${DEFAULT-VALUE})")
  private long seed = 1;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "F",
      description = "the CSV to write, gzipped if it ends with .gz")
  private Path out = Path.of("");

  @Override
  public Integer call() throws IOException {
    if (factor < 1) {
      throw new InputException("--factor must be >= 1, got " + factor);
    }
    Table rows = new DataLoader(label, id, TeacherKind.PROBABILITIES, false).loadFeatures(train);
    long count = (long) factor * rows.rows();
    try (TableWriter writer = new TableWriter(out)) {
      Munge munge = new Munge(rows, seed);
      for (long from = 0; from < count; from += BATCH) {
        writer.rows(munge.rows(from, (int) Math.min(BATCH, count - from)));
      }
      writer.finish();
    }
    PrintWriter text = spec.commandLine().getOut();
    text.printf("%,d rows made from %,d, written to %s%n", count, rows.rows(), out);
    text.printf(
        "Let the teacher score them, row by row, and run again with%n"
            + "  --augmented %s --augmented-teacher <its probabilities>%n",
        out);
    text.flush();
    return Main.OK;
  }
}
