package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.MoreRows;
import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What trials of a round are of, as bytes.
 *
 * @param data training rows
 * @param teacher rows × classes probabilities of them, which students are judged by
 * @param inSample as {@link DistillationTask#inSample()}
 * @param config of which trials see the plan, the teacher's weight, the time limit of a trial, the
 *     limits, and whether costs are asked for; no more of it is kept
 * @param look what looks at families are fitted and judged on
 * @param cut what all other trials are
 */
record RoundBytes(
    Dataset data, double[] teacher, double[] inSample, DistillConfig config, Cut look, Cut cut) {
  private static final String MAGIC = "distill round 2";

  void write(DataOutputStream out) throws IOException {
    Wire.write(out, MAGIC);
    write(out, data.schema());
    Wire.write(out, data.classes());
    Wire.write(out, data.labelName());
    Wire.write(out, data.labels());
    Wire.write(out, data.features().values());
    Wire.write(out, teacher);
    Wire.write(out, inSample);
    Wire.write(out, config.plan().name());
    out.writeDouble(config.teacherWeight());
    Wire.write(out, config.trialTimeout().toString());
    out.writeBoolean(config.costs());
    out.writeDouble(config.limits().nanos());
    out.writeLong(config.limits().bytes());
    // A fold of several cuts is one object there too, for families make forms of its rows once.
    IdentityHashMap<Fold, Integer> folds = new IdentityHashMap<>();
    List<Fold> order = new ArrayList<>();
    Stream.of(look, cut)
        .flatMap(c -> Stream.concat(c.shares().values().stream(), c.folds().stream()))
        .forEach(
            fold -> {
              if (folds.putIfAbsent(fold, order.size()) == null) {
                order.add(fold);
              }
            });
    out.writeInt(order.size());
    for (Fold fold : order) {
      write(out, fold);
    }
    write(out, look, folds);
    write(out, cut, folds);
    out.flush();
  }

  static RoundBytes read(DataInputStream in) throws IOException {
    String magic = Wire.text(in);
    if (!magic.equals(MAGIC)) {
      throw new StreamCorruptedException(
          "expected '%s', got '%s': workers must run the same version".formatted(MAGIC, magic));
    }
    Schema schema = schema(in);
    List<String> classes = Wire.texts(in);
    String label = Wire.text(in);
    int[] labels = Wire.ints(in);
    Matrix features = new Matrix(Wire.floats(in), labels.length, schema.features());
    Dataset data = new Dataset(schema, features, labels, classes, label);
    double[] teacher = Wire.doubles(in);
    double[] inSample = Wire.doubles(in);
    DistillConfig config =
        DistillConfig.builder()
            .plan(SweepPlan.valueOf(Wire.text(in)))
            .teacherWeight(in.readDouble())
            .trialTimeout(Duration.parse(Wire.text(in)))
            .goals(in.readBoolean() ? List.of(Goal.values()) : List.of(Goal.LOSS))
            .limits(new Limits(in.readDouble(), in.readLong()))
            .build();
    List<Fold> folds = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      folds.add(fold(in, features));
    }
    return new RoundBytes(data, teacher, inSample, config, cut(in, folds), cut(in, folds));
  }

  private static void write(DataOutputStream out, Schema schema) throws IOException {
    out.writeInt(schema.columns().size());
    for (Schema.Column column : schema.columns()) {
      Wire.write(out, column.name());
      out.writeBoolean(column instanceof Schema.CategoryColumn);
      if (column instanceof Schema.CategoryColumn category) {
        Wire.write(out, category.coding().name());
        Wire.write(out, category.levels());
      }
    }
  }

  private static Schema schema(DataInputStream in) throws IOException {
    List<Schema.Column> columns = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      String name = Wire.text(in);
      columns.add(
          in.readBoolean()
              ? new Schema.CategoryColumn(
                  name, Schema.Coding.valueOf(Wire.text(in)), Wire.texts(in))
              : new Schema.NumberColumn(name));
    }
    return new Schema(columns);
  }

  /** Of the rows without labels those alone that are fitted on. */
  private static void write(DataOutputStream out, Fold fold) throws IOException {
    Wire.write(out, fold.trainRows());
    Wire.write(out, fold.validationRows());
    Fold.More more = fold.more();
    out.writeBoolean(more != null);
    if (more != null) {
      int labelled = fold.train().values().length;
      float[] together = more.together().values();
      Wire.write(out, Arrays.copyOfRange(together, labelled, together.length));
      Wire.write(out, more.teacher());
    }
  }

  private static Fold fold(DataInputStream in, Matrix features) throws IOException {
    Fold fold = Fold.of(features, Wire.ints(in), Wire.ints(in));
    return in.readBoolean() ? with(fold, Wire.floats(in), Wire.doubles(in)) : fold;
  }

  private static Fold with(Fold fold, float[] values, double[] teacher) {
    int columns = fold.train().columns();
    int rows = values.length / columns;
    float[] labelled = fold.train().values();
    float[] together = Arrays.copyOf(labelled, labelled.length + values.length);
    System.arraycopy(values, 0, together, labelled.length, values.length);
    Matrix some = new Matrix(values, rows, columns);
    return new Fold(
        fold.train(),
        fold.trainRows(),
        fold.validation(),
        fold.validationRows(),
        new Fold.More(
            MoreRows.given(some, teacher, 1),
            rows,
            new Matrix(together, fold.train().rows() + rows, columns),
            teacher));
  }

  private static void write(DataOutputStream out, Cut cut, IdentityHashMap<Fold, Integer> folds)
      throws IOException {
    out.writeInt(cut.shares().size());
    for (Map.Entry<Integer, Fold> share : cut.shares().entrySet()) {
      out.writeInt(share.getKey());
      out.writeInt(index(folds, share.getValue()));
    }
    out.writeInt(cut.folds().size());
    for (Fold fold : cut.folds()) {
      out.writeInt(index(folds, fold));
    }
  }

  private static int index(IdentityHashMap<Fold, Integer> folds, Fold fold) {
    @Nullable Integer index = folds.get(fold);
    if (index == null) {
      throw new IllegalStateException("a fold was not written");
    }
    return index;
  }

  private static Cut cut(DataInputStream in, List<Fold> all) throws IOException {
    SortedMap<Integer, Fold> shares = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      shares.put(in.readInt(), all.get(in.readInt()));
    }
    List<Fold> folds = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      folds.add(all.get(in.readInt()));
    }
    return new Cut(shares, folds);
  }
}
