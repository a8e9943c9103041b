package dev.distill.cli.data;

import dev.distill.spi.Seeds;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a training file, drawn at random, each with the same chance, and the same ones of
 * each file that has a row for each of these, such as a teacher's. In a file with no more rows than
 * wanted, all.
 */
final class RowSample {
  private final int wanted;
  private final long seed;
  private @Nullable Path training;
  private @Nullable String first;
  private int rows;

  /**
   * A sample.
   *
   * @param wanted rows, at least 1
   */
  RowSample(int wanted, long seed) {
    this.wanted = wanted;
    this.seed = seed;
  }

  /** The rows are of this file. */
  void begin(Path file) {
    training = file;
  }

  /** Whether they are of this file. */
  boolean isOf(Path file) {
    return file.equals(training);
  }

  /**
   * Which rows of a file are taken.
   *
   * @param file what messages call it
   * @param count how many rows it has
   * @return null for all
   * @throws InputException if another file was asked about before, with another number of rows
   */
  @Nullable BitSet of(String file, int count) {
    if (first == null) {
      first = file;
      rows = count;
    } else if (rows != count) {
      throw new InputException(
          "%s has %s rows, %s has %s: expected a teacher's row for each, or --id COLUMN in both"
              .formatted(file, count, first, rows));
    }
    if (count <= wanted) {
      return null;
    }
    RandomGenerator random = Seeds.random(seed, "rows of a file");
    BitSet taken = new BitSet(count);
    int left = wanted;
    for (int i = 0; left > 0; i++) {
      if (random.nextInt(count - i) < left) {
        taken.set(i);
        left--;
      }
    }
    return taken;
  }
}
