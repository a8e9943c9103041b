package dev.distill.cli;

import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.PredictionWriter;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill predict}: scores a file with a student. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Scores rows with a student: writes p_<class> for every class, and the class.",
      ""
    })
final class PredictCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--student",
      required = true,
      paramLabel = "F",
      description = "the student.distill of a run")
  private Path student = Path.of("");

  @Option(
      names = "--data",
      required = true,
      paramLabel = "F",
      description = "rows to score: CSV, TSV or Parquet, also .gz; other columns are ignored")
  private Path data = Path.of("");

  @Option(names = "--out", required = true, paramLabel = "F", description = "the CSV to write")
  private Path out = Path.of("");

  @Option(
      names = "--id",
      paramLabel = "COL",
      description = "a column of the data to write beside the probabilities")
  private @Nullable String id;

  @Option(
      names = "--explain",
      description =
          "a column of the three columns that speak most for (+) or against (-) the class of a row,"
              + " in logits")
  private boolean explain;

  @Override
  public Integer call() throws IOException {
    StudentFile file = StudentFile.load(student);
    Reasons reasons = explain ? new Reasons(file) : null;
    DataLoader.Rows rows = DataLoader.rows(data, file.schema(), id);
    rows.notes().forEach(note -> spec.commandLine().getErr().println("note: " + note));
    int count = rows.features().rows();
    int classes = file.classes().size();
    double[] probabilities = new double[Math.multiplyExact(count, classes)];
    file.score(rows.features().values(), count, probabilities);
    Table.Column ids = rows.ids();
    try (PredictionWriter writer = new PredictionWriter(out, file.classes(), id, explain)) {
      for (int i = 0; i < count; i++) {
        String name = ids == null ? null : ids.text(i);
        writer.row(
            name,
            probabilities,
            i * classes,
            reasons == null ? "" : because(reasons, rows, i, file));
      }
      writer.finish();
    }
    spec.commandLine().getOut().printf("%s rows scored, written to %s%n", count, out);
    return Main.OK;
  }

  private static String because(
      Reasons reasons, DataLoader.Rows rows, int row, StudentFile student) {
    int at = row * student.schema().features();
    float[] features = rows.features().values();
    return reasons.of(features, at, student.model().predict(features, at));
  }
}
