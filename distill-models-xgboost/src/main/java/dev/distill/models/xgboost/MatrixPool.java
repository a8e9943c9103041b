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
  /** What the histograms may take that a tree of all classes keeps. */
  private static final long CACHED_BYTES = 1L << 28;

  private final Matrix matrix;
  private final Deque<DMatrix> free = new ArrayDeque<>();
  private final List<DMatrix> all = new ArrayList<>();
  private boolean closed;

  MatrixPool(Matrix matrix) {
    this.matrix = matrix;
  }

  /** A DMatrix for the caller alone, until the loan is closed. */
  Loan borrow() throws XGBoostError {
    synchronized (this) {
      open();
      DMatrix found = free.poll();
      if (found != null) {
        return new Loan(this, found);
      }
    }
    DMatrix made = toNative(matrix);
    synchronized (this) {
      if (closed) {
        made.dispose();
      }
      open();
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

  private void open() {
    if (closed) {
      throw new IllegalStateException("the pool of " + matrix + " is closed");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    all.forEach(DMatrix::dispose);
    all.clear();
    free.clear();
  }

  /** Copies rows to native memory; the caller disposes of them. */
  static DMatrix toNative(Matrix rows) throws XGBoostError {
    return new DMatrix(finite(rows.values()), rows.rows(), rows.columns(), Float.NaN);
  }

  /**
   * The values with infinite ones as the largest finite ones: XGBoost refuses infinity in a
   * DMatrix, and in place takes it for a missing value where it parts those from all others.
   *
   * @return the array itself if nothing is infinite
   */
  static float[] finite(float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (Float.isInfinite(values[i])) {
        float[] copy = values.clone();
        for (int j = i; j < copy.length; j++) {
          if (Float.isInfinite(copy[j])) {
            copy[j] = Math.copySign(Float.MAX_VALUE, copy[j]);
          }
        }
        return copy;
      }
    }
    return values;
  }

  /**
   * How many bins a column is cut into: XGBoost's 256, but fewer in very wide data, where a node's
   * histogram over all columns is what takes the time.
   */
  static int bins(int columns) {
    return Math.max(16, Math.min(256, 262_144 / columns));
  }

  /**
   * How many nodes' histograms a tree of all classes keeps. XGBoost's own 65 536 take gigabytes for
   * a deep tree (a histogram holds two doubles a bin and class), and more time than they save.
   */
  static int cachedNodes(int columns, int classes) {
    long bytes = 2L * Double.BYTES * bins(columns) * columns * classes;
    return (int) Math.max(2, Math.min(64, CACHED_BYTES / bytes));
  }

  /** A DMatrix on loan. */
  record Loan(MatrixPool pool, DMatrix dmatrix) implements AutoCloseable {
    @Override
    public void close() {
      pool.giveBack(dmatrix);
    }
  }
}
