package dev.distill.export;

import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Raw rows that are hard for a student: every value where it changes its mind (thresholds of trees,
 * knots, limits, values that have an indicator), hit exactly and missed by one float or one double;
 * both zeros, subnormal, huge and infinite numbers; missing values; every level that it knows, and
 * some that it does not. Between them plain rows. The same seed gives the same rows.
 */
final class AdversarialRows {
  private static final double[] HARD = {
    0d,
    -0d,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    1e30,
    -1e30,
    16777217d
  };

  /** Texts near to what users write, none of them a level by chance alone. */
  private static final List<String> UNSEEN = List.of("never seen", " ", "0", "Ünseen 東京");

  /** Of how many of 100 cells of a row are hard, by turns. */
  private static final int[] SHARES = {0, 10, 40, 100};

  private final Schema schema;
  private final PortableModel model;
  private final SplittableRandom random;
  // Of each number column, ascending; of each category its levels, then unseen ones.
  private final float[][] points;
  private final List<List<String>> levels = new ArrayList<>();
  private final int[] next;
  private long row;

  AdversarialRows(StudentFile student, long seed) {
    schema = student.schema();
    model = student.model();
    random = new SplittableRandom(seed);
    points = points();
    next = new int[points.length];
    for (Schema.Column column : schema.columns()) {
      List<String> texts = new ArrayList<>();
      if (column instanceof Schema.CategoryColumn category) {
        // A level that means missing is one that no row can have.
        category.levels().stream().filter(l -> !Schema.MISSING.contains(l)).forEach(texts::add);
        UNSEEN.stream().filter(text -> !texts.contains(text)).forEach(texts::add);
      }
      levels.add(texts);
    }
  }

  // ---- where a student changes its mind ----

  private float[][] points() {
    List<Set<Float>> found = new ArrayList<>();
    for (int j = 0; j < schema.features(); j++) {
      found.add(new TreeSet<>());
    }
    collect(model, null, found);
    float[][] points = new float[schema.columns().size()][];
    for (int c = 0; c < points.length; c++) {
      Set<Float> values = found.get(schema.offset(c));
      points[c] = new float[values.size()];
      int i = 0;
      for (float value : values) {
        points[c][i++] = value;
      }
    }
    return points;
  }

  /**
   * Adds the points of a model.
   *
   * @param before the standardizer whose outputs the model reads, or null
   */
  private static void collect(
      PortableModel model, @Nullable Standardizer before, List<Set<Float>> found) {
    if (model instanceof TreeEnsemble trees) {
      for (int tree = 0; tree < trees.trees(); tree++) {
        for (int node = 0; node < trees.nodes(tree); node++) {
          if (!trees.isLeaf(tree, node)) {
            add(trees.feature(tree, node), trees.threshold(tree, node), before, found);
          }
        }
      }
    } else if (model instanceof StandardizedModel standardized) {
      Standardizer standardizer = standardized.standardizer();
      for (int j = 0; j < standardizer.features(); j++) {
        add(j, standardizer.low(j), before, found);
        add(j, standardizer.high(j), before, found);
        add(j, (float) standardizer.center(j), before, found);
      }
      for (int i = 0; i < standardizer.indicators().length; i++) {
        add(standardizer.indicators()[i], standardizer.values()[i], before, found);
      }
      collect(standardized.model(), before == null ? standardizer : before, found);
    } else if (model instanceof HingedModel hinged) {
      for (int h = 0; h < hinged.hinges().length; h++) {
        add(hinged.hinges()[h], hinged.knots()[h], before, found);
      }
      collect(hinged.model(), before, found);
    } else if (model instanceof Logarithm logarithm) {
      collect(logarithm.model(), before, found);
    }
  }

  private static void add(
      int feature, float value, @Nullable Standardizer before, List<Set<Float>> found) {
    if (feature >= found.size() || Float.isNaN(value)) {
      return;
    }
    float point = value;
    if (before != null && before.scale(feature) != 0) {
      point = (float) (value / before.scale(feature) + before.center(feature));
    }
    found.get(feature).add(point);
  }

  // ---- rows ----

  /** The next rows. */
  Table next(int rows) {
    int columns = points.length;
    double[][] numbers = new double[columns][rows];
    int[][] codes = new int[columns][rows];
    for (int i = 0; i < rows; i++) {
      int share = SHARES[(int) (row++ % SHARES.length)];
      for (int c = 0; c < columns; c++) {
        boolean hard = random.nextInt(100) < share;
        if (levels.get(c).isEmpty()) {
          numbers[c][i] = hard ? hardNumber(c) : plainNumber(c);
        } else {
          codes[c][i] = code(c, hard);
        }
      }
      if (share < 100) {
        walk(numbers, codes, i);
      }
    }
    List<Table.Column> made = new ArrayList<>();
    for (int c = 0; c < columns; c++) {
      String name = schema.columns().get(c).name();
      made.add(
          levels.get(c).isEmpty()
              ? new Table.Numbers(name, numbers[c])
              : new Table.Texts(name, codes[c], levels.get(c)));
    }
    return new Table("adversarial rows", made);
  }

  private double plainNumber(int column) {
    float[] values = points[column];
    if (values.length == 0) {
      return 2 * random.nextDouble() - 1;
    }
    double low = Math.max(values[0], -1e30);
    double high = Math.min(values[values.length - 1], 1e30);
    double width = high > low ? high - low : 1;
    double value = low + (1.2 * random.nextDouble() - 0.1) * width;
    return random.nextBoolean() ? Math.rint(value) : value;
  }

  /** All points of a column come one after the other. */
  private double hardNumber(int column) {
    float[] values = points[column];
    if (values.length == 0 || random.nextInt(4) == 0) {
      return HARD[random.nextInt(HARD.length)];
    }
    return near(values[next[column]++ % values.length]);
  }

  private double near(float value) {
    return switch (random.nextInt(6)) {
      case 0 -> Math.nextUp(value);
      case 1 -> Math.nextDown(value);
      // These round to the float.
      case 2 -> Math.nextUp((double) value);
      case 3 -> Math.nextDown((double) value);
      default -> value;
    };
  }

  private int code(int column, boolean hard) {
    int known = levels.get(column).size() - UNSEEN.size();
    if (hard && random.nextInt(3) == 0) {
      return -1;
    }
    return random.nextInt(hard || known < 1 ? levels.get(column).size() : known);
  }

  /** Goes down a random tree and puts the row onto thresholds that are met on the way. */
  private void walk(double[][] numbers, int[][] codes, int i) {
    PortableModel inner = model instanceof Logarithm logarithm ? logarithm.model() : model;
    if (!(inner instanceof TreeEnsemble trees) || trees.trees() == 0) {
      return;
    }
    float[] features = new float[schema.features()];
    int[] columns = new int[features.length];
    for (int c = 0; c < points.length; c++) {
      for (int j = 0; j < schema.columns().get(c).width(); j++) {
        columns[schema.offset(c) + j] = c;
      }
      if (levels.get(c).isEmpty()) {
        schema.encodeNumber(c, numbers[c][i], features, 0);
      } else {
        int code = codes[c][i];
        schema.encodeCategory(c, code < 0 ? null : levels.get(c).get(code), features, 0);
      }
    }
    int tree = random.nextInt(trees.trees());
    int node = 0;
    while (!trees.isLeaf(tree, node)) {
      int feature = trees.feature(tree, node);
      int column = columns[feature];
      if (levels.get(column).isEmpty() && random.nextInt(4) == 0) {
        double value = random.nextInt(8) == 0 ? Double.NaN : near(trees.threshold(tree, node));
        numbers[column][i] = value;
        features[feature] = (float) value;
      }
      float x = features[feature];
      boolean left =
          Float.isNaN(x) ? trees.missingLeft(tree, node) : x < trees.threshold(tree, node);
      node = trees.left(tree, node) + (left ? 0 : 1);
    }
  }
}
