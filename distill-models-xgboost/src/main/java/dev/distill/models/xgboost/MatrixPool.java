package dev.distill.models.xgboost;

import dev.distill.spi.Matrix;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * The DMatrix of a matrix, kept for a whole sweep: XGBoost leaks some native memory with each that
 * is made (dmlc/xgboost #12545). One trial at a time uses a DMatrix, since labels and the histogram
 * index live in it, so there are as many as trials ran at once, and no more.
 */
final class MatrixPool implements AutoCloseable {
  private final Matrix matrix;
  private final Deque<DMatrix> free = new ArrayDeque<>();
  private final List<DMatrix> all = new ArrayList<>();

  MatrixPool(Matrix matrix) {
    this.matrix = matrix;
  }

  /** A DMatrix for the caller alone, until the loan is closed. */
  Loan borrow() throws XGBoostError {
    synchronized (this) {
      DMatrix found = free.poll();
      if (found != null) {
        return new Loan(this, found);
      }
    }
    DMatrix made = toNative(matrix);
    synchronized (this) {
      all.add(made);
    }
    return new Loan(this, made);
  }

  /** How many were ever made. */
  synchronized int made() {
    return all.size();
  }

  private synchronized void giveBack(DMatrix dmatrix) {
    free.push(dmatrix);
  }

  @Override
  public synchronized void close() {
    all.forEach(DMatrix::dispose);
    all.clear();
    free.clear();
  }

  /**
   * Copies rows to native memory; the caller disposes of them. XGBoost refuses infinite values, so
   * they become the largest finite ones, which stand on the same side of every threshold it learns.
   */
  static DMatrix toNative(Matrix rows) throws XGBoostError {
    float[] values = rows.values();
    for (int i = 0; i < values.length; i++) {
      if (Float.isInfinite(values[i])) {
        values = values.clone();
        for (int j = i; j < values.length; j++) {
          if (Float.isInfinite(values[j])) {
            values[j] = Math.copySign(Float.MAX_VALUE, values[j]);
          }
        }
        break;
      }
    }
    return new DMatrix(values, rows.rows(), rows.columns(), Float.NaN);
  }

  /** A DMatrix on loan. */
  record Loan(MatrixPool pool, DMatrix dmatrix) implements AutoCloseable {
    @Override
    public void close() {
      pool.giveBack(dmatrix);
    }
  }
}
