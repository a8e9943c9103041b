package dev.distill.bench;

import dev.distill.auto.Ladder;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.TeacherCatalog;
import dev.distill.data.EncodedFit;
import dev.distill.data.Munge;
import dev.distill.data.RowGenerator;
import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.metrics.Evaluation;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Table;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TrainingSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;

/**
 * Ways to make rows for a teacher to label: one large tree learns from the teacher's answers for
 * the training rows and for so many rows of each way, and is compared with the teacher on test
 * rows. No search, so that nothing but the rows differs.
 */
final class GeneratorBench {
  static final String USAGE =
      "generators FOLDER [FACTOR]   (FOLDER: train.csv, test.csv of numbers, meta.json that names"
          + " the label, teacher_xgb.ubj)";

  private static final long SEED = 7;
  private static final String FAMILY = "xgboost.tree";

  private GeneratorBench() {}

  static void run(List<String> options, PrintStream out) throws IOException {
    if (options.isEmpty() || options.size() > 2) {
      throw new IllegalArgumentException("expected a folder and perhaps a factor, got " + options);
    }
    Path folder = Path.of(options.get(0));
    int factor = options.size() == 2 ? Integer.parseInt(options.get(1)) : 20;
    Rows train = Rows.read(folder, "train");
    Rows test = Rows.read(folder, "test");
    List<String> classes = List.copyOf(new TreeSet<>(train.labels));
    ClassLoader loader = GeneratorBench.class.getClassLoader();
    StudentModel family = StudentCatalog.discover(loader).get(FAMILY);
    Map<String, Supplier<RowGenerator>> ways = new LinkedHashMap<>();
    ways.put("MUNGE, one of 10 nearest rows", () -> new Munge(train.features, SEED));
    ways.put("MUNGE, the nearest row", () -> new Munge(train.features, 1, 0.5, 3, SEED));
    ways.put("MUNGE, one of 50 nearest rows", () -> new Munge(train.features, 50, 0.5, 3, SEED));
    ways.put("half of the cells from any row", () -> new Swaps(train.features, 0.5));
    ways.put("each column on its own", () -> new Swaps(train.features, 1));
    ways.put("Gaussian copula", () -> new Copula(train.features));
    out.printf(
        "%s: %s, %s made rows for each of %,d%n",
        folder.getFileName(), FAMILY, factor, train.labels.size());
    try (TeacherModel teacher =
        TeacherCatalog.discover(loader, List.of())
            .open(folder.resolve("teacher_xgb.ubj").toString())) {
      double[] judged = teacher.probabilities(test.features, classes);
      double[] known = teacher.probabilities(train.features, classes);
      out.printf("%-32s %9s %9s %9s%n", "rows", "accuracy", "log loss", "KL");
      Task task = new Task(family, classes, train, test, known, judged);
      task.line("none", new float[0], new double[0], out);
      for (Map.Entry<String, Supplier<RowGenerator>> way : ways.entrySet()) {
        Table made = way.getValue().get().rows(0, factor * train.labels.size());
        task.line(way.getKey(), values(made), teacher.probabilities(made, classes), out);
      }
    }
  }

  /** What is the same for all ways. */
  private record Task(
      StudentModel family,
      List<String> classes,
      Rows train,
      Rows test,
      double[] known,
      double[] judged) {

    void line(String name, float[] made, double[] answers, PrintStream out) {
      int columns = train.features.columns().size();
      int k = classes.size();
      float[] own = values(train.features);
      float[] all = Arrays.copyOf(own, own.length + made.length);
      System.arraycopy(made, 0, all, own.length, made.length);
      double[] targets = Arrays.copyOf(known, known.length + answers.length);
      System.arraycopy(answers, 0, targets, known.length, answers.length);
      Matrix features = new Matrix(all, all.length / columns, columns);
      DistillationLoss loss =
          new DistillationLoss(SoftTargets.soften(targets, k, 1), new int[features.rows()], 1);
      TaskShape shape = new TaskShape(features.rows(), columns, k);
      Hyperparameters values =
          family.searchSpace(shape).defaults().with("max_leaves", 16_384).with("min_leaf_rows", 5);
      TrainingSet training = new TrainingSet(features, k, Ladder.reduce(family, loss));
      float[] rows = values(test.features);
      float[] logits = new float[judged.length];
      int threads = Runtime.getRuntime().availableProcessors();
      try (BenchTask.Context context = new BenchTask.Context(threads);
          FittedStudent student = EncodedFit.fit(family, training, values, context)) {
        student.logits(new Matrix(rows, rows.length / columns, columns), logits);
      }
      Evaluation found =
          Evaluation.of(
              softmax(logits, k),
              test.labels.stream().mapToInt(classes::indexOf).toArray(),
              judged,
              test.labels.size(),
              k);
      out.printf(
          Locale.ROOT,
          "%-32s %9.4f %9.4f %9.4f%n",
          name,
          found.get("accuracy"),
          found.get("log_loss"),
          found.get("kl"));
    }

    private static double[] softmax(float[] logits, int classes) {
      double[] probabilities = new double[logits.length];
      for (int at = 0; at < logits.length; at += classes) {
        double sum = 0;
        for (int i = at; i < at + classes; i++) {
          probabilities[i] = Math.exp(logits[i]);
          sum += probabilities[i];
        }
        for (int i = at; i < at + classes; i++) {
          probabilities[i] /= sum;
        }
      }
      return probabilities;
    }
  }

  private static float[] values(Table table) {
    int width = table.columns().size();
    float[] values = new float[table.rows() * width];
    for (int c = 0; c < width; c++) {
      double[] column = ((Table.Numbers) table.columns().get(c)).values();
      for (int i = 0; i < column.length; i++) {
        values[i * width + c] = (float) column[i];
      }
    }
    return values;
  }

  /** Labelled rows of numbers. */
  private record Rows(Table features, List<String> labels) {
    static Rows read(Path folder, String name) throws IOException {
      Path plain = folder.resolve(name + ".csv");
      Path file = Files.exists(plain) ? plain : folder.resolve(name + ".csv.gz");
      String meta = Files.readString(folder.resolve("meta.json"));
      String label = meta.replaceAll("(?s).*\"label\"\\s*:\\s*\"([^\"]*)\".*", "$1");
      try (InputStream in = Files.newInputStream(file);
          InputStream unpacked = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
          BufferedReader reader =
              new BufferedReader(new InputStreamReader(unpacked, StandardCharsets.UTF_8))) {
        List<String> header =
            Arrays.stream(reader.readLine().split(",", -1)).map(Rows::bare).toList();
        int at = header.indexOf(label);
        List<double[]> rows = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          String[] cells = line.split(",", -1);
          labels.add(bare(cells[at]));
          rows.add(
              IntStream.range(0, cells.length)
                  .filter(c -> c != at)
                  .mapToDouble(c -> cells[c].isEmpty() ? Double.NaN : Double.parseDouble(cells[c]))
                  .toArray());
        }
        List<Table.Column> columns = new ArrayList<>();
        List<String> names = header.stream().filter(n -> !n.equals(label)).toList();
        for (int c = 0; c < names.size(); c++) {
          int column = c;
          columns.add(
              new Table.Numbers(
                  names.get(c), rows.stream().mapToDouble(row -> row[column]).toArray()));
        }
        return new Rows(new Table(name, columns), labels);
      }
    }

    private static String bare(String cell) {
      return cell.replace("\"", "").strip();
    }
  }

  /** A row of the table with some cells of any other rows, each of another one. */
  private record Swaps(Table table, double probability) implements RowGenerator {
    @Override
    public int source(long row) {
      return (int) (row % table.rows());
    }

    @Override
    public int partner(long row) {
      return source(row);
    }

    @Override
    public Table rows(long from, int count) {
      SplittableRandom random = new SplittableRandom(SEED);
      List<Table.Column> made = new ArrayList<>();
      for (Table.Column column : table.columns()) {
        double[] values = ((Table.Numbers) column).values();
        double[] drawn = new double[count];
        for (int i = 0; i < count; i++) {
          boolean swap = random.nextDouble() < probability;
          drawn[i] = values[swap ? random.nextInt(values.length) : source(from + i)];
        }
        made.add(new Table.Numbers(column.name(), drawn));
      }
      return new Table("swaps", made);
    }
  }

  /**
   * Rows with each column's own distribution and the columns' rank correlations (Nelsen, 2006): a
   * normal draw with the correlation of the normal scores, taken back through the quantiles.
   */
  private static final class Copula implements RowGenerator {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** Columns that follow from others must not make the matrix singular. */
    private static final double RIDGE = 1e-6;

    private final Table table;
    private final double[][] sorted;
    private final double[][] factor;

    Copula(Table table) {
      this.table = table;
      int width = table.columns().size();
      int rows = table.rows();
      sorted = new double[width][];
      double[][] scores = new double[width][rows];
      for (int c = 0; c < width; c++) {
        double[] values = ((Table.Numbers) table.columns().get(c)).values();
        Integer[] order = new Integer[rows];
        Arrays.setAll(order, i -> i);
        // Ties in any order, so that a column of few values has normal scores too.
        SplittableRandom random = new SplittableRandom(SEED + c);
        double[] ties = random.doubles(rows).toArray();
        Arrays.sort(
            order,
            (a, b) ->
                values[a] == values[b]
                    ? Double.compare(ties[a], ties[b])
                    : Double.compare(values[a], values[b]));
        sorted[c] = new double[rows];
        for (int r = 0; r < rows; r++) {
          sorted[c][r] = values[order[r]];
          scores[c][order[r]] = NORMAL.inverseCumulativeProbability((r + 0.5) / rows);
        }
      }
      factor =
          new CholeskyDecomposition(MatrixUtils.createRealMatrix(correlations(scores)))
              .getL()
              .getData();
    }

    private static double[][] correlations(double[][] scores) {
      int width = scores.length;
      double[][] correlations = new double[width][width];
      // The same values in another order, so the same variance in each column.
      double variance = product(scores[0], scores[0]);
      for (int a = 0; a < width; a++) {
        for (int b = 0; b < width; b++) {
          correlations[a][b] = a == b ? 1 + RIDGE : product(scores[a], scores[b]) / variance;
        }
      }
      return correlations;
    }

    private static double product(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }

    @Override
    public int source(long row) {
      return (int) (row % table.rows());
    }

    @Override
    public int partner(long row) {
      return source(row);
    }

    @Override
    public Table rows(long from, int count) {
      int width = sorted.length;
      SplittableRandom random = new SplittableRandom(SEED + from);
      double[][] drawn = new double[width][count];
      double[] normal = new double[width];
      for (int i = 0; i < count; i++) {
        for (int c = 0; c < width; c++) {
          normal[c] = random.nextGaussian();
        }
        for (int c = 0; c < width; c++) {
          double z = 0;
          for (int j = 0; j <= c; j++) {
            z += factor[c][j] * normal[j];
          }
          int at = (int) (NORMAL.cumulativeProbability(z) * table.rows());
          drawn[c][i] = sorted[c][Math.max(0, Math.min(table.rows() - 1, at))];
        }
      }
      List<Table.Column> made = new ArrayList<>();
      for (int c = 0; c < width; c++) {
        made.add(new Table.Numbers(table.columns().get(c).name(), drawn[c]));
      }
      return new Table("copula", made);
    }
  }
}
