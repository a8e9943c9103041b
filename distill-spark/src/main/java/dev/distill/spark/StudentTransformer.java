package dev.distill.spark;

import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.StudentFileException;
import java.io.IOException;
import java.io.Serializable;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Adds a student's answers to a DataFrame: a column of its probabilities, an array of doubles in
 * the order of {@link StudentFile#classes()}, and one of the class it predicts. Rows are scored
 * batch by batch; each executor loads the student once, for all tasks.
 *
 * <pre>{@code
 * Dataset<Row> scored = StudentTransformer.load(Path.of("student.distill")).transform(customers);
 * }</pre>
 *
 * <p>What is sent to executors are the bytes of the file, which they check as they load it: they
 * need no file system of their own, and of Distill the runtime alone.
 */
public final class StudentTransformer implements Serializable {
  private static final long serialVersionUID = 1;

  /** By the file's bytes; let go of when memory is short, for a JVM may see many students. */
  private static final Map<ByteBuffer, SoftReference<StudentFile>> LOADED = new HashMap<>();

  private final byte[] file;
  private final String probabilities;
  private final String prediction;

  /**
   * A student's answers in columns {@code probabilities} and {@code prediction}.
   *
   * @param file the bytes of a student file; copied
   * @throws IllegalArgumentException if they are none
   */
  public StudentTransformer(byte[] file) {
    this(file.clone(), "probabilities", "prediction");
  }

  private StudentTransformer(byte[] file, String probabilities, String prediction) {
    this.file = file;
    this.probabilities = probabilities;
    this.prediction = prediction;
    student(file);
  }

  /**
   * The student of a file, which this process reads.
   *
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it is no student file
   */
  public static StudentTransformer load(Path file) throws IOException {
    return new StudentTransformer(Files.readAllBytes(file));
  }

  /** The same, with other names for the columns of its answers. */
  public StudentTransformer into(String probabilitiesColumn, String predictionColumn) {
    return new StudentTransformer(file, probabilitiesColumn, predictionColumn);
  }

  /**
   * The rows with the answers after their own columns.
   *
   * @param rows numbers, booleans or texts in the student's columns, null for missing; other
   *     columns are left as they are
   * @throws IllegalArgumentException if a column of the student is not there, or one of the answers
   *     is there already
   */
  public Dataset<Row> transform(Dataset<Row> rows) {
    StructType schema = rows.schema();
    List<String> names = Arrays.asList(schema.fieldNames());
    for (Schema.Column column : student(file).schema().columns()) {
      if (!names.contains(column.name())) {
        throw new IllegalArgumentException(
            "no column '%s', which the student reads; there are: %s"
                .formatted(column.name(), String.join(", ", names)));
      }
    }
    for (String answer : List.of(probabilities, prediction)) {
      if (names.contains(answer)) {
        throw new IllegalArgumentException(
            "column '%s' is there already; name the answers by into(…)".formatted(answer));
      }
    }
    StructType out =
        schema
            .add(probabilities, DataTypes.createArrayType(DataTypes.DoubleType, false), false)
            .add(prediction, DataTypes.StringType, false);
    return rows.mapPartitions(scoring(file, schema), Encoders.row(out));
  }

  private static MapPartitionsFunction<Row, Row> scoring(byte[] file, StructType schema) {
    return rows -> {
      StudentFile student = student(file);
      List<Schema.Column> columns = student.schema().columns();
      int[] places = columns.stream().mapToInt(c -> schema.fieldIndex(c.name())).toArray();
      return new Batches(rows, batch -> scored(student, places, batch));
    };
  }

  private static List<Row> scored(StudentFile student, int[] places, List<Row> batch) {
    int width = student.schema().features();
    List<String> classes = student.classes();
    int k = classes.size();
    float[] features = new float[batch.size() * width];
    dev.distill.runtime.Row encoded = student.row();
    for (int i = 0; i < batch.size(); i++) {
      Row row = batch.get(i);
      for (int c = 0; c < places.length; c++) {
        encoded.set(c, row.get(places[c]));
      }
      encoded.copyTo(features, i * width);
    }
    double[] answers = new double[batch.size() * k];
    student.score(features, batch.size(), answers);
    List<Row> scored = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      Row row = batch.get(i);
      Object[] values = new Object[row.size() + 2];
      for (int c = 0; c < row.size(); c++) {
        values[c] = row.get(c);
      }
      values[row.size()] = Arrays.copyOfRange(answers, i * k, (i + 1) * k);
      values[row.size() + 1] = classes.get(student.model().predict(features, i * width));
      scored.add(RowFactory.create(values));
    }
    return scored;
  }

  /** The student, loaded once in this JVM. */
  private static StudentFile student(byte[] file) {
    synchronized (LOADED) {
      SoftReference<StudentFile> last = LOADED.get(ByteBuffer.wrap(file));
      StudentFile student = last == null ? null : last.get();
      if (student == null) {
        try {
          student = StudentFile.load(file);
        } catch (StudentFileException e) {
          throw new IllegalArgumentException(e.getMessage(), e);
        }
        LOADED.put(ByteBuffer.wrap(file), new SoftReference<>(student));
      }
      return student;
    }
  }
}
