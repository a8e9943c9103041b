package dev.distill.models.smile;

import dev.distill.runtime.PortableModel;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Optional;

/** What all students on Smile have in common: nothing but the heap to free. */
abstract class SmileStudent implements FittedStudent {
  private final int features;
  private final int classes;
  private volatile boolean closed;

  SmileStudent(int features, int classes) {
    this.features = features;
    this.classes = classes;
  }

  final int features() {
    return features;
  }

  final int classes() {
    return classes;
  }

  @Override
  public final void logits(Matrix rows, float[] logits) {
    open();
    if (rows.columns() != features || logits.length != rows.rows() * classes) {
      throw new IllegalArgumentException(
          "got %s and room for %d logits, expected %d columns and %d logits"
              .formatted(rows, logits.length, features, rows.rows() * classes));
    }
    score(rows, logits);
  }

  /** Writes the logits of rows that fit. */
  abstract void score(Matrix rows, float[] logits);

  @Override
  public final Optional<PortableModel> portable() {
    open();
    return Optional.of(convert());
  }

  /** The library-free form. */
  abstract PortableModel convert();

  @Override
  public final void close() {
    closed = true;
  }

  private void open() {
    if (closed) {
      throw new IllegalStateException("this student is closed");
    }
  }
}
