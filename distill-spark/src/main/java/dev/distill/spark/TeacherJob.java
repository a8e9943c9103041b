package dev.distill.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import dev.distill.data.Munge;
import dev.distill.spi.Seeds;
import dev.distill.spi.Table;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Asks teachers about the rows of a DataFrame, or about rows made of them, and keeps the answers in
 * Parquet. The rows are cut into chunks by what stands in them, whatever partitions they are in;
 * each chunk is a Spark job and a folder of its own, {@code chunk=00000} and so on. A job that is
 * started again goes on with the first chunk that is not done. Each executor opens the teachers
 * once.
 *
 * @param teachers places as {@code --teacher-model} takes them: files, which are sent to the
 *     executors, and addresses; of several the mean counts
 * @param classes the classes' names, in the order in which answers are wanted
 * @param columns the columns that the teachers are asked in: numbers, texts, booleans
 * @param chunks in how many parts the work is done; what was done of a part that fails is lost
 */
public record TeacherJob(
    List<String> teachers, List<String> classes, List<String> columns, int chunks) {
  /** Columns of probabilities are called this and the class. */
  private static final String PREFIX = "p_";

  private static final String MANIFEST = "_distill";
  private static final String DONE = "_SUCCESS";
  private static final int MADE_AT_ONCE = 4_096;

  /** Checks that there is something of each. */
  public TeacherJob {
    teachers = List.copyOf(teachers);
    classes = List.copyOf(classes);
    columns = List.copyOf(columns);
    if (teachers.isEmpty() || columns.isEmpty() || classes.size() < 2) {
      throw new IllegalArgumentException(
          "expected at least one teacher, one column and two classes, got %s, %s and %s"
              .formatted(teachers, columns, classes));
    }
    if (chunks < 1) {
      throw new IllegalArgumentException("chunks must be >= 1, got " + chunks);
    }
  }

  /** A job of sixteen chunks for one teacher. */
  public static TeacherJob of(String teacher, List<String> classes, List<String> columns) {
    return new TeacherJob(List.of(teacher), classes, columns, 16);
  }

  /**
   * Asks about each row.
   *
   * @param rows the same at each start, in any partitions; columns that the teachers do not see are
   *     kept
   * @param out a folder, of any file system that Spark writes
   * @return the rows with a column {@code p_<class>} for each class, as read from {@code out}
   * @throws IllegalArgumentException if a column is missing or of a wrong type, or {@code out}
   *     holds what another job wrote
   * @throws IOException if {@code out} can't be written
   */
  public Dataset<Row> score(Dataset<Row> rows, String out) throws IOException {
    StructType schema = rows.schema();
    checkColumns(schema);
    StructType answered = withProbabilities(schema);
    String what = manifest("score " + schema.simpleString());
    TeacherJob job = this;
    return run(
        rows,
        out,
        what,
        (some, chunk) -> some.mapPartitions(scoring(job, schema), Encoders.row(answered)));
  }

  /**
   * Makes rows by {@link Munge} and asks about them. A row is moved towards near ones of the same
   * partition, of which {@code partitions} in each chunk hold rows by what stands in them: the same
   * rows, seed, chunks and partitions make the same rows on any cluster.
   *
   * @param rows the same at each start, in any partitions
   * @param each how many rows are made of each
   * @param partitions in how many parts a chunk is made; each must fit in a task's memory, and one
   *     of less than two rows makes none
   * @param out a folder, of any file system that Spark writes
   * @return the made rows: {@link #columns()}, of their types, and {@code p_<class>} for each class
   * @throws IllegalArgumentException as {@link #score}
   * @throws IOException if {@code out} can't be written
   */
  public Dataset<Row> augment(Dataset<Row> rows, int each, int partitions, long seed, String out)
      throws IOException {
    if (each < 1 || partitions < 1) {
      throw new IllegalArgumentException(
          "rows for each and partitions must be >= 1, got %s and %s".formatted(each, partitions));
    }
    checkColumns(rows.schema());
    Column[] features = columns.stream().map(TeacherJob::column).toArray(Column[]::new);
    Dataset<Row> plain = rows.select(features);
    StructType schema = plain.schema();
    StructType made = new StructType();
    for (StructField field : schema.fields()) {
      boolean number = field.dataType() instanceof NumericType;
      made = made.add(field.name(), number ? DataTypes.DoubleType : DataTypes.StringType);
    }
    StructType answered = withProbabilities(made);
    String what =
        manifest(
            String.format(
                Locale.ROOT,
                "augment %s each=%d partitions=%d seed=%d",
                schema.simpleString(),
                each,
                partitions,
                seed));
    TeacherJob job = this;
    return run(
        plain,
        out,
        what,
        (some, chunk) -> {
          long own = Seeds.derive(seed, "chunk " + chunk);
          Dataset<Row> drawn =
              some.repartition(partitions, xxhash64(features))
                  .sortWithinPartitions(features)
                  .mapPartitions(making(job, schema, each, own), Encoders.row(answered));
          Column[] typed =
              Arrays.stream(answered.fieldNames())
                  .map(name -> typed(name, schema))
                  .toArray(Column[]::new);
          return drawn.select(typed);
        });
  }

  private static Column typed(String name, StructType schema) {
    return Arrays.asList(schema.fieldNames()).contains(name)
        ? column(name).cast(schema.apply(name).dataType()).as(name)
        : column(name);
  }

  /** A column by its name, whatever characters that has. */
  private static Column column(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  private void checkColumns(StructType schema) {
    FrameTables.check("rows", schema, columns);
    for (String name : schema.fieldNames()) {
      if (classes.stream().anyMatch(c -> name.equals(PREFIX + c))) {
        throw new IllegalArgumentException(
            "column '%s' is there already, expected rows without probabilities".formatted(name));
      }
    }
  }

  private StructType withProbabilities(StructType schema) {
    StructType all = schema;
    for (String name : classes) {
      all = all.add(PREFIX + name, DataTypes.DoubleType, false);
    }
    return all;
  }

  private String manifest(String what) {
    return "%s%nteachers=%s%nclasses=%s%ncolumns=%s%nchunks=%s%n"
        .formatted(what, teachers, classes, columns, chunks)
        .replace("\r\n", "\n");
  }

  private Dataset<Row> run(
      Dataset<Row> rows,
      String out,
      String manifest,
      BiFunction<Dataset<Row>, Integer, Dataset<Row>> work)
      throws IOException {
    SparkSession session = rows.sparkSession();
    Path root = new Path(out);
    FileSystem files = root.getFileSystem(session.sparkContext().hadoopConfiguration());
    claim(files, root, manifest);
    for (String teacher : teachers) {
      if (OpenTeachers.isFile(teacher)) {
        session.sparkContext().addFile(teacher);
      }
    }
    Column[] features = columns.stream().map(TeacherJob::column).toArray(Column[]::new);
    Column place = pmod(xxhash64(features), lit(chunks));
    String[] folders = new String[chunks];
    for (int chunk = 0; chunk < chunks; chunk++) {
      Path folder = new Path(root, String.format(Locale.ROOT, "chunk=%05d", chunk));
      folders[chunk] = folder.toString();
      Path done = new Path(folder, DONE);
      if (!files.exists(done)) {
        work.apply(rows.where(place.equalTo(chunk)), chunk)
            .write()
            .mode(SaveMode.Overwrite)
            .parquet(folder.toString());
        // Some clusters are set to write none.
        if (!files.exists(done)) {
          files.create(done).close();
        }
      }
    }
    return session.read().parquet(folders);
  }

  /** Makes sure that a folder is of this job and no other. */
  private static void claim(FileSystem files, Path root, String manifest) throws IOException {
    Path path = new Path(root, MANIFEST);
    try (FSDataInputStream in = files.open(path)) {
      String found = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      if (!found.equals(manifest)) {
        throw new IllegalArgumentException(
            "%s holds the answers of another job; expected this one's:%n%sgot:%n%sname another folder"
                .formatted(root, manifest, found));
      }
    } catch (FileNotFoundException e) {
      files.mkdirs(root);
      try (FSDataOutputStream text = files.create(path)) {
        text.write(manifest.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static MapPartitionsFunction<Row, Row> scoring(TeacherJob job, StructType schema) {
    String[] teachers = job.teachers.toArray(String[]::new);
    String[] classes = job.classes.toArray(String[]::new);
    String[] columns = job.columns.toArray(String[]::new);
    return rows ->
        new Batches(
            rows,
            batch -> {
              Table asked = FrameTables.of("rows", schema, List.of(columns), batch);
              double[] answers =
                  OpenTeachers.at(List.of(teachers)).probabilities(asked, List.of(classes));
              List<Row> answered = new ArrayList<>(batch.size());
              for (int i = 0; i < batch.size(); i++) {
                Row row = batch.get(i);
                Object[] values = new Object[row.size() + classes.length];
                for (int c = 0; c < row.size(); c++) {
                  values[c] = row.get(c);
                }
                put(answers, i, classes.length, values, row.size());
                answered.add(RowFactory.create(values));
              }
              return answered;
            });
  }

  private static MapPartitionsFunction<Row, Row> making(
      TeacherJob job, StructType schema, int each, long seed) {
    String[] teachers = job.teachers.toArray(String[]::new);
    String[] classes = job.classes.toArray(String[]::new);
    String[] columns = job.columns.toArray(String[]::new);
    return rows -> {
      List<Row> all = new ArrayList<>();
      rows.forEachRemaining(all::add);
      if (all.size() < 2) {
        return Collections.emptyIterator();
      }
      int partition = TaskContext.get().partitionId();
      Munge munge =
          new Munge(
              FrameTables.of("rows", schema, List.of(columns), all),
              Seeds.derive(seed, "partition " + partition));
      return new Made(
          munge, (long) each * all.size(), OpenTeachers.at(List.of(teachers)), List.of(classes));
    };
  }

  /** Puts a row's probabilities among its values. */
  private static void put(double[] answers, int row, int classes, Object[] values, int at) {
    for (int k = 0; k < classes; k++) {
      values[at + k] = answers[row * classes + k];
    }
  }

  /** Made rows with the teacher's answers, some at a time. */
  private static final class Made implements Iterator<Row> {
    private final Munge munge;
    private final long count;
    private final OpenTeachers teachers;
    private final List<String> classes;
    private long from;
    private Iterator<Row> batch = Collections.emptyIterator();

    Made(Munge munge, long count, OpenTeachers teachers, List<String> classes) {
      this.munge = munge;
      this.count = count;
      this.teachers = teachers;
      this.classes = classes;
    }

    @Override
    public boolean hasNext() {
      return batch.hasNext() || from < count;
    }

    @Override
    public Row next() {
      if (!batch.hasNext()) {
        int some = (int) Math.min(MADE_AT_ONCE, count - from);
        Table made = munge.rows(from, some);
        double[] answers = teachers.probabilities(made, classes);
        from += some;
        List<Row> rows = new ArrayList<>(some);
        List<Table.Column> columns = made.columns();
        for (int i = 0; i < some; i++) {
          Object[] values = new Object[columns.size() + classes.size()];
          for (int c = 0; c < columns.size(); c++) {
            values[c] = value(columns.get(c), i);
          }
          put(answers, i, classes.size(), values, columns.size());
          rows.add(RowFactory.create(values));
        }
        batch = rows.iterator();
      }
      return batch.next();
    }

    private static @Nullable Object value(Table.Column column, int row) {
      if (column instanceof Table.Numbers numbers) {
        double value = numbers.values()[row];
        return Double.isNaN(value) ? null : value;
      }
      return column.text(row);
    }
  }
}
