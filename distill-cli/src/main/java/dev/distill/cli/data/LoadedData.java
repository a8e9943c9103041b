package dev.distill.cli.data;

import dev.distill.data.Dataset;
import dev.distill.spi.Table;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A data file with its teacher's file, ready to learn from or to measure on.
 *
 * @param dataset features and labels
 * @param teacher the teacher's probabilities, rows × classes, row-major, aligned with the rows of
 *     the dataset; null if no teacher's file was given
 * @param features the columns that a teacher takes, as they are in the file
 * @param notes what the user should know: columns left out, names taken by position
 * @param sha256 the SHA-256 of each file in hex, by its path as given
 */
public record LoadedData(
    Dataset dataset,
    double @Nullable [] teacher,
    Table features,
    List<String> notes,
    Map<String, String> sha256) {
  /** Copies the collections. (Written out: NullAway misses the null of a compact one.) */
  public LoadedData(
      Dataset dataset,
      double @Nullable [] teacher,
      Table features,
      List<String> notes,
      Map<String, String> sha256) {
    this.dataset = dataset;
    this.teacher = teacher;
    this.features = features;
    this.notes = List.copyOf(notes);
    this.sha256 = Map.copyOf(sha256);
  }
}
