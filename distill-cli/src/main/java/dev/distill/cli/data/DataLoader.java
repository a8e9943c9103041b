package dev.distill.cli.data;

import dev.distill.data.Answers;
import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.data.TeacherKind;
import dev.distill.data.TeacherProbabilities;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Matrix;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Loads data files with their teacher's files: features, labels, probabilities, notes and hashes.
 * Everything that is wrong with them is an {@link InputException}.
 */
public final class DataLoader {

  /**
   * Rows to score with a student.
   *
   * @param features encoded by the student's schema
   * @param ids the id column, if asked for
   * @param notes what the user should know
   */
  public record Rows(Matrix features, Table.@Nullable Column ids, List<String> notes) {}

  /**
   * Rows without labels and the teacher's probabilities for them.
   *
   * @param teacher rows × classes, row-major
   * @param notes what the user should know
   * @param sha256 the SHA-256 of each file in hex, by its path as given
   */
  public record LoadedRows(
      Matrix features, double[] teacher, List<String> notes, Map<String, String> sha256) {}

  /**
   * Rows that a student has scored or is to score.
   *
   * @param table as it is in the file
   * @param labels the class index of each row, −1 where it is missing; null if there is no label's
   *     column
   */
  public record Served(Table table, int @Nullable [] labels) {}

  /** Looks at how much the training rows of a file are. */
  public interface Look {
    /**
     * Called before the rows are in memory, and when it is known what they are; only then they are
     * gone on with.
     *
     * @param features that the columns become, as far as is known
     * @param classes as far as is known
     * @throws InputException if that is too much
     */
    void at(Path file, int rows, int columns, int features, int classes);
  }

  private final String label;
  private final @Nullable String id;
  private final TeacherKind kind;
  private final boolean byPosition;
  private @Nullable Answers answers;
  private @Nullable Look look;
  private @Nullable RowSample sample;

  /**
   * Makes a loader.
   *
   * @param label the label's column in the data files
   * @param id the column, in data and teacher's files, by which rows are aligned; null aligns them
   *     by position
   * @param kind what the teacher's numbers are
   * @param byPosition takes the teacher's columns in the order of the classes, not by name
   */
  public DataLoader(String label, @Nullable String id, TeacherKind kind, boolean byPosition) {
    this.label = label;
    this.id = id;
    this.kind = kind;
    this.byPosition = byPosition;
  }

  /** The same, where teachers that answer are asked instead of a file read. */
  public DataLoader asking(Answers teachers) {
    DataLoader loader = copy();
    loader.answers = teachers;
    return loader;
  }

  /**
   * The same with so many training rows at most, drawn at random.
   *
   * @param rows at least 1
   */
  public DataLoader sampling(int rows, long seed) {
    DataLoader loader = copy();
    loader.sample = new RowSample(rows, seed);
    return loader;
  }

  /** The same, where it is looked at how much the training rows are. */
  public DataLoader after(Look first) {
    DataLoader loader = copy();
    loader.look = first;
    return loader;
  }

  private DataLoader copy() {
    DataLoader loader = new DataLoader(label, id, kind, byPosition);
    loader.answers = answers;
    loader.look = look;
    loader.sample = sample;
    return loader;
  }

  /** Loads training rows and, if given, their teacher; learns schema and classes from them. */
  public LoadedData load(Path train, @Nullable Path teacher) {
    return wrong(
        () -> {
          try (TableReader reader = new TableReader()) {
            List<String> notes = new ArrayList<>();
            if (sample != null) {
              sample.begin(train);
            }
            Table table = reader.read(train, texts(Set.of(label)), looked(train, taking(train)));
            Set<String> ignored = id == null ? Set.of() : Set.of(id);
            FeatureEncoder encoder = FeatureEncoder.learn(table, label, ignored);
            encoder.notes().forEach(note -> notes.add(table.name() + ": " + note));
            Dataset dataset = Dataset.of(table, label, encoder);
            if (look != null) {
              int columns = table.columns().size();
              int features = dataset.schema().features();
              look.at(train, table.rows(), columns, features, dataset.classes().size());
            }
            return loaded(reader, train, table, dataset, teacher, notes);
          }
        });
  }

  /** Loads further rows of the same columns and classes and, if given, their teacher. */
  public LoadedData loadMore(Dataset known, Path data, @Nullable Path teacher) {
    return wrong(
        () -> {
          try (TableReader reader = new TableReader()) {
            List<String> notes = new ArrayList<>();
            Set<String> asText = categories(known.schema());
            asText.add(label);
            Table table = reader.read(data, texts(asText), taking(data));
            Dataset dataset = known.more(table, notes::add);
            return loaded(reader, data, table, dataset, teacher, notes);
          }
        });
  }

  /** Loads the columns of training rows that a teacher takes, as they are. */
  public Table loadFeatures(Path train) {
    return wrong(
        () -> {
          try (TableReader reader = new TableReader()) {
            Table table = reader.read(train, texts(Set.of(label)));
            table.column(label);
            return features(table);
          }
        });
  }

  /**
   * Loads rows that need no label, and what the teacher says of them: its file's, or the answers of
   * the teachers that are asked.
   */
  public LoadedRows loadUnlabelled(Dataset known, Path data, @Nullable Path teacher) {
    return wrong(
        () -> {
          try (TableReader reader = new TableReader()) {
            List<String> notes = new ArrayList<>();
            Table table = reader.read(data, texts(categories(known.schema())));
            Matrix features = new FeatureEncoder(known.schema()).encode(table, notes::add);
            Map<String, String> hashes = new LinkedHashMap<>();
            hashes.put(data.toString(), sha256(data));
            double[] probabilities;
            if (teacher != null) {
              // Made rows have no id.
              String by = id != null && table.has(id) ? id : null;
              probabilities =
                  teacher(
                      reader, teacher, table, by, TableReader.Taking.ALL, known.classes(), notes);
              hashes.put(teacher.toString(), sha256(teacher));
            } else if (answers != null) {
              probabilities = answers.of(table, known.classes());
            } else {
              throw new InputException(data + ": no teacher to ask about these rows");
            }
            return new LoadedRows(features, probabilities, notes, hashes);
          }
        });
  }

  /**
   * Loads rows to score; they need no label.
   *
   * @param id a column to carry along, null for none
   */
  public static Rows rows(Path data, Schema schema, @Nullable String id) {
    return wrong(
        () -> {
          try (TableReader reader = new TableReader()) {
            Set<String> asText = categories(schema);
            if (id != null) {
              asText.add(id);
            }
            Table table = reader.read(data, asText);
            List<String> notes = new ArrayList<>();
            Table.Column ids = id == null ? null : table.column(id);
            Matrix features = new FeatureEncoder(schema).encode(table, notes::add);
            return new Rows(features, ids, List.copyOf(notes));
          }
        });
  }

  /**
   * Loads rows that a student has scored or is to score, as they are in the file.
   *
   * @param label the label's column; null for the student's own, if the file has it
   * @param text a further column that is text whatever it holds, such as a key; null for none
   */
  public static Served served(
      Path data, StudentFile student, @Nullable String label, @Nullable String text) {
    List<Served> all = new ArrayList<>(1);
    served(data, student, label, text, Integer.MAX_VALUE, all::add);
    return all.get(0);
  }

  /**
   * Loads them in parts, so that they are never in memory whole.
   *
   * @param most rows of a part, at least 1
   */
  public static void served(
      Path data,
      StudentFile student,
      @Nullable String label,
      @Nullable String text,
      int most,
      Consumer<Served> parts) {
    wrong(
        () -> {
          try (TableReader reader = new TableReader()) {
            Set<String> asText = categories(student.schema());
            String column = label == null ? student.label() : label;
            asText.add(column);
            if (text != null) {
              asText.add(text);
            }
            reader.read(
                data,
                asText,
                most,
                table -> {
                  boolean labelled = label != null || table.has(column);
                  parts.accept(
                      new Served(
                          table,
                          labelled
                              ? labels(table, table.column(column), student.classes())
                              : null));
                });
            return data;
          }
        });
  }

  /** The class of each row, −1 where it is missing. */
  private static int[] labels(Table table, Table.Column column, List<String> classes) {
    int[] labels = new int[table.rows()];
    for (int i = 0; i < labels.length; i++) {
      String text = column.text(i);
      labels[i] = text == null ? -1 : Names.indexOf(classes, text);
      if (text != null && labels[i] < 0) {
        throw new InputException(
            "%s row %s: label '%s' is not a class of the student, allowed are %s"
                .formatted(table.name(), i + 1, text, Names.quoted(classes)));
      }
    }
    return labels;
  }

  /**
   * Loads labels that came late: the class of each key.
   *
   * @param key the column that tells rows apart
   * @param label the label's column
   */
  public static Map<String, Integer> lateLabels(
      Path file, String key, String label, List<String> classes) {
    return wrong(
        () -> {
          try (TableReader reader = new TableReader()) {
            Table table = reader.read(file, Set.of(key, label));
            Table.Column keys = table.column(key);
            int[] labels = labels(table, table.column(label), classes);
            Map<String, Integer> late = new HashMap<>(2 * labels.length);
            for (int i = 0; i < labels.length; i++) {
              String text = keys.text(i);
              if (text != null && labels[i] >= 0) {
                Integer before = late.put(text, labels[i]);
                if (before != null && before != labels[i]) {
                  throw new InputException(
                      "%s row %s: key '%s' has a second label"
                          .formatted(table.name(), i + 1, text));
                }
              }
            }
            return late;
          }
        });
  }

  /**
   * Loads a teacher's file for rows that are there.
   *
   * @return rows × classes probabilities, row-major
   */
  public double[] teacher(Path file, Table rows, List<String> classes) {
    return wrong(
        () -> {
          try (TableReader reader = new TableReader()) {
            return teacher(
                reader, file, rows, id, TableReader.Taking.ALL, classes, new ArrayList<>());
          }
        });
  }

  private LoadedData loaded(
      TableReader reader,
      Path data,
      Table table,
      Dataset dataset,
      @Nullable Path teacher,
      List<String> notes) {
    Map<String, String> hashes = new LinkedHashMap<>();
    hashes.put(data.toString(), sha256(data));
    double[] probabilities = null;
    if (teacher != null) {
      probabilities = teacher(reader, teacher, table, id, taking(data), dataset.classes(), notes);
      hashes.put(teacher.toString(), sha256(teacher));
    } else if (answers != null) {
      // A further table may have columns that the first one had not.
      probabilities = answers.of(answers.rows() == 0 ? features(table) : table, dataset.classes());
    }
    return new LoadedData(dataset, probabilities, features(table), notes, hashes);
  }

  /** The columns that a teacher takes: all but label and id. */
  private Table features(Table table) {
    return table.select(
        table.columns().stream()
            .map(Table.Column::name)
            .filter(name -> !name.equals(label) && !name.equals(id))
            .toList());
  }

  private double[] teacher(
      TableReader reader,
      Path file,
      Table data,
      @Nullable String by,
      TableReader.Taking taking,
      List<String> classes,
      List<String> notes) {
    Table table = reader.read(file, texts(Set.of()), by == null ? taking : TableReader.Taking.ALL);
    if (by == null) {
      if (table.rows() != data.rows()) {
        throw new InputException(
            "%s has %s rows, %s has %s: expected a teacher's row for each, or --id COLUMN in both"
                .formatted(table.name(), table.rows(), data.name(), data.rows()));
      }
      return TeacherProbabilities.of(table, classes, kind, Set.of(), byPosition, notes::add);
    }
    int[] order = Alignment.rows(data, table, by, notes);
    double[] given =
        TeacherProbabilities.of(table, classes, kind, Set.of(by), byPosition, notes::add);
    int k = classes.size();
    double[] aligned = new double[Math.multiplyExact(order.length, k)];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(given, order[i] * k, aligned, i * k, k);
    }
    return aligned;
  }

  /** What is taken of the rows of a file, and of a teacher's for these by position. */
  private TableReader.Taking taking(Path data) {
    RowSample some = sample;
    return some == null || !some.isOf(data)
        ? TableReader.Taking.ALL
        : (file, rows, columns) -> some.of(file, rows);
  }

  /** The same, after a look at how much it is. */
  private TableReader.Taking looked(Path data, TableReader.Taking taking) {
    Look first = look;
    if (first == null) {
      return taking;
    }
    return (file, rows, columns) -> {
      BitSet some = taking.of(file, rows, columns);
      first.at(data, some == null ? rows : some.cardinality(), columns, columns - 1, 2);
      return some;
    };
  }

  private Set<String> texts(Set<String> names) {
    Set<String> all = new HashSet<>(names);
    if (id != null) {
      all.add(id);
    }
    return all;
  }

  private static Set<String> categories(Schema schema) {
    Set<String> names = new HashSet<>();
    for (Schema.Column column : schema.columns()) {
      if (column instanceof Schema.CategoryColumn) {
        names.add(column.name());
      }
    }
    return names;
  }

  /** What core refuses in a user's table is wrong with the user's file. */
  private static <T> T wrong(Supplier<T> load) {
    try {
      return load.get();
    } catch (IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The SHA-256 of a file in hex. */
  public static String sha256(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new InputException(file + ": can't be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
