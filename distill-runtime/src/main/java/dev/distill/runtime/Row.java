package dev.distill.runtime;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row given value by value, by column names, that becomes features as it is filled: the same, bit
 * for bit, as {@link Schema#encode(java.util.Map, float[])} makes of a map. What is not set is
 * missing.
 *
 * <pre>{@code
 * Row row = student.row(); // once a thread
 * int age = row.column("age"); // where a name's lookup is too slow
 * double[] probabilities = new double[student.classes().size()];
 * for (Customer customer : customers) {
 *   row.reset().set(age, customer.age()).set("city", customer.city());
 *   student.score(row, probabilities);
 * }
 * }</pre>
 *
 * <p>A name that is no column is an error here, so that a misspelt one is found. (A map may be a
 * whole record: there such names are ignored.) Numbers for columns of numbers and texts for
 * categories allocate nothing; a number for a category becomes a text first, and a text for a
 * number is parsed.
 *
 * <p>Not thread-safe: one a thread, to be used again and again.
 */
public final class Row {
  private final Schema schema;
  private final float[] features;

  Row(Schema schema) {
    this.schema = schema;
    features = new float[schema.features()];
    reset();
  }

  /**
   * The index of a column, to set it without its name.
   *
   * @throws IllegalArgumentException if there is no such column; the message lists those there are
   */
  public int column(String name) {
    return schema.column(name);
  }

  /** Makes every column missing. */
  public Row reset() {
    Arrays.fill(features, Float.NaN);
    return this;
  }

  /** Sets a column by its name, as {@link #set(int, double)}. */
  public Row set(String name, double value) {
    return set(column(name), value);
  }

  /** Sets a column by its name, as {@link #set(int, long)}. */
  public Row set(String name, long value) {
    return set(column(name), value);
  }

  /** Sets a column by its name, as {@link #set(int, Object)}. */
  public Row set(String name, @Nullable Object value) {
    return set(column(name), value);
  }

  /** Makes a column missing. */
  public Row missing(String name) {
    return missing(column(name));
  }

  /**
   * Sets a column to a number; NaN is missing.
   *
   * @throws IndexOutOfBoundsException if there is no such column
   */
  public Row set(int column, double value) {
    if (schema.isNumber(column)) {
      schema.encodeNumber(column, value, features, 0);
    } else {
      schema.encode(column, value, features);
    }
    return this;
  }

  /**
   * Sets a column to a whole number. (For a category 1 is the text "1", where 1.0 is "1.0".)
   *
   * @throws IndexOutOfBoundsException if there is no such column
   */
  public Row set(int column, long value) {
    if (schema.isNumber(column)) {
      schema.encodeNumber(column, (double) value, features, 0);
    } else {
      schema.encode(column, value, features);
    }
    return this;
  }

  /**
   * Sets a column to a text, a number or a boolean; null and the texts of {@link Schema#MISSING}
   * are missing. A text that is no level of a category is another level than those seen in
   * training.
   *
   * @throws IllegalArgumentException if the column is a number and the value is none
   * @throws IndexOutOfBoundsException if there is no such column
   */
  public Row set(int column, @Nullable Object value) {
    schema.encode(column, value, features);
    return this;
  }

  /**
   * Makes a column missing.
   *
   * @throws IndexOutOfBoundsException if there is no such column
   */
  public Row missing(int column) {
    schema.encode(column, null, features);
    return this;
  }

  /** How its columns become features. */
  public Schema schema() {
    return schema;
  }

  /** Copies the features, {@link Schema#features()} many, to {@code out} from {@code offset} on. */
  public void copyTo(float[] out, int offset) {
    System.arraycopy(features, 0, out, offset, features.length);
  }

  /** The features; not a copy. */
  float[] features() {
    return features;
  }
}
