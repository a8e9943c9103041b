package dev.distill.auto;

import dev.distill.spi.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * Rows to fit on and rows to judge on, cut once a sweep.
 *
 * @param train features of the rows to fit on
 * @param trainRows where they stand in the data
 * @param validation features of the rows to judge on; null where all rows are fitted on
 * @param validationRows where those stand in the data
 */
record Fold(Matrix train, int[] trainRows, @Nullable Matrix validation, int[] validationRows) {

  /** Cuts the rows out of the data. */
  static Fold of(Matrix features, int[] trainRows, int[] validationRows) {
    return new Fold(
        features.select(trainRows), trainRows, features.select(validationRows), validationRows);
  }
}
