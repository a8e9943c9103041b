package example;

import dev.distill.runtime.StudentFile;
import dev.distill.runtime.StudentFileException;
import java.io.Serializable;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A student as a function that an engine sends to its workers: columns in, the probability of a
 * class out.
 *
 * <pre>{@code
 * StudentFunction score = new StudentFunction(Files.readAllBytes(file), "yes", "age", "city");
 *
 * // Spark
 * spark.udf().register("p_yes", (UDF2<Double, String, Double>) score::apply, DataTypes.DoubleType);
 * Dataset<Row> answers = spark.sql("SELECT *, p_yes(age, city) AS p FROM customers");
 *
 * // Flink
 * public final class PYes extends ScalarFunction {
 *   private final StudentFunction score;
 *   public PYes(StudentFunction score) { this.score = score; }
 *   public double eval(Double age, String city) { return score.apply(age, city); }
 * }
 * tables.createTemporarySystemFunction("p_yes", new PYes(score));
 * Table answers = tables.sqlQuery("SELECT *, p_yes(age, city) AS p FROM customers");
 * }</pre>
 *
 * <p>{@link Serializable} because the engines send their functions by Java serialization; Distill
 * itself uses none. What is sent is texts and the bytes of the student file, so workers need no
 * file system of their own, and {@link StudentFile#load} checks those bytes at the other end like
 * any file. The student that was loaded is not sent: each JVM loads it once, for all tasks and
 * threads.
 */
public final class StudentFunction implements Serializable {
  private static final long serialVersionUID = 1;

  /** By the file's bytes; let go of when memory is short, for a JVM may see many students. */
  private static final Map<ByteBuffer, SoftReference<StudentFile>> LOADED = new HashMap<>();

  private final byte[] file;
  private final String label;
  private final String[] columns;
  private transient volatile StudentFile student;

  /**
   * Makes a function; what would fail on a worker fails here.
   *
   * @param file the bytes of a student file
   * @param label the class whose probability is asked for
   * @param columns the student's columns in the order of the function's arguments; those that are
   *     not among them are missing
   * @throws IllegalArgumentException if the bytes are no student, or it has no such class or column
   */
  public StudentFunction(byte[] file, String label, String... columns) {
    this.file = file.clone();
    this.label = label;
    this.columns = columns.clone();
    StudentFile loaded = student();
    if (!loaded.classes().contains(label)) {
      throw new IllegalArgumentException(
          "no class '" + label + "', the student has " + loaded.classes());
    }
    for (String column : columns) {
      if (loaded.schema().columns().stream().noneMatch(known -> known.name().equals(column))) {
        throw new IllegalArgumentException("the student has no column '" + column + "'");
      }
    }
  }

  /**
   * The probability of the class, 0 to 1.
   *
   * @param values a value a column: numbers, booleans, texts, or null for missing
   * @throws IllegalArgumentException if there are more or fewer, or a text stands for a number
   */
  public double apply(Object... values) {
    if (values.length != columns.length) {
      throw new IllegalArgumentException(
          "expected %d values, got %d".formatted(columns.length, values.length));
    }
    Map<String, Object> row = new HashMap<>();
    for (int i = 0; i < values.length; i++) {
      row.put(columns[i], values[i]);
    }
    return student().score(row).probabilities().get(label);
  }

  /** The student, loaded on first use in this JVM. */
  StudentFile student() {
    StudentFile here = student;
    if (here == null) {
      synchronized (LOADED) {
        SoftReference<StudentFile> last = LOADED.get(ByteBuffer.wrap(file));
        here = last == null ? null : last.get();
        if (here == null) {
          here = load();
          LOADED.put(ByteBuffer.wrap(file), new SoftReference<>(here));
        }
      }
      student = here;
    }
    return here;
  }

  private StudentFile load() {
    try {
      return StudentFile.load(file);
    } catch (StudentFileException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
