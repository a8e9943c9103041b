package dev.distill.export;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.Base64;
import java.util.List;

/**
 * The text of the generated class. Each model inside the student is a static method {@code model1},
 * {@code model2} … that reads features and gives logits, with static tables of the same number. No
 * method grows with the model, but the one that joins the strings of the tables.
 */
final class JavaSource {
  /** How the name of the file of tables ends. */
  static final String TABLES = ".tables";

  /** Characters of a string: ASCII, of which a class file takes 65 535. */
  private static final int CHUNK = 32_000;

  private static final int SHOWN = 40;

  private final StudentFile student;
  private final String room;
  private final String name;
  private final byte[] tables;
  private final StringBuilder fields = new StringBuilder();
  private final StringBuilder reading = new StringBuilder();
  private final StringBuilder methods = new StringBuilder();
  private int models;

  /**
   * @param tables what stands in the class, empty if it stands in a file beside it
   */
  JavaSource(StudentFile student, String room, String name, byte[] tables) {
    this.student = student;
    this.room = room;
    this.name = name;
    this.tables = tables;
  }

  String text() {
    model(student.model());
    String head = room.isEmpty() ? "" : "package " + room + ";\n\n";
    return head
        + CLASS
            .replace("//FIELDS\n", fields)
            .replace("//READING\n", reading)
            .replace("//METHODS\n", methods)
            .replace("//TABLES\n", tables())
            .replace("$MISSING", missing())
            .replace("$WHAT", comment("a student for '%s'".formatted(student.label())))
            .replace("$COLUMNS", comment(columns()))
            .replace("$CLASSES", comment(some(student.classes())))
            .replace("$FEATURES", Integer.toString(student.schema().features()))
            .replace("$NAME", name);
  }

  private String columns() {
    return some(student.schema().columns().stream().map(Schema.Column::name).toList());
  }

  private static String some(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return names.size() > SHOWN ? first + " and %s more".formatted(names.size() - SHOWN) : first;
  }

  /** What can stand in a comment: no end of it, no escape that a compiler looks for there too. */
  private static String comment(String text) {
    StringBuilder safe = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = Character.isLetterOrDigit(c) || " _-.,:;'()%+=?!#".indexOf(c) >= 0;
      safe.append(plain ? c : '·');
    }
    return safe.toString();
  }

  private static String missing() {
    return "\"" + String.join("\", \"", Schema.MISSING.stream().sorted().toList()) + "\"";
  }

  private String tables() {
    if (tables.length == 0) {
      return """
        private static java.io.InputStream tables() throws IOException {
          java.io.InputStream in = $NAME.class.getResourceAsStream("$NAME.tables");
          if (in == null) {
            throw new IOException("$NAME.tables is not beside the class $NAME");
          }
          return new java.io.BufferedInputStream(in, 1 << 16);
        }
      """
          .replace("$NAME.tables", name + TABLES);
    }
    String text = Base64.getEncoder().encodeToString(tables);
    StringBuilder code = new StringBuilder("  private static java.io.InputStream tables() {\n");
    code.append("    StringBuilder text = new StringBuilder(").append(text.length()).append(");\n");
    for (int at = 0; at < text.length(); at += CHUNK) {
      code.append("    text.append(\"")
          .append(text, at, Math.min(text.length(), at + CHUNK))
          .append("\");\n");
    }
    code.append(
        "    return new java.io.ByteArrayInputStream(java.util.Base64.getDecoder().decode(text.toString()));\n  }\n");
    return code.toString();
  }

  /** Adds the code of a model and of those in it; returns its number. */
  private int model(PortableModel model) {
    int id = ++models;
    if (model instanceof TreeEnsemble) {
      add(id, TREE_FIELDS, TREE_READING, TREES);
    } else if (model instanceof DenseNetwork) {
      add(id, NETWORK_FIELDS, NETWORK_READING, NETWORK);
    } else if (model instanceof FactorizationMachine machine) {
      add(
          id,
          MACHINE_FIELDS,
          MACHINE_READING,
          MACHINE.replace("$FACTORS", Integer.toString(machine.factors())));
    } else if (model instanceof StandardizedModel standardized) {
      add(
          id,
          STANDARD_FIELDS,
          STANDARD_READING,
          STANDARDIZED.replace("$INNER", "model" + (id + 1)));
      model(standardized.model());
    } else if (model instanceof HingedModel hinged) {
      add(id, HINGE_FIELDS, HINGE_READING, HINGED.replace("$INNER", "model" + (id + 1)));
      model(hinged.model());
    } else if (model instanceof Logarithm logarithm) {
      add(id, "", "", LOGARITHM.replace("$INNER", "model" + (id + 1)));
      model(logarithm.model());
    }
    return id;
  }

  private void add(int id, String field, String read, String method) {
    String number = Integer.toString(id);
    fields.append(field.replace("#", number));
    reading.append(read.replace("#", number));
    methods.append(method.replace("#", number));
  }

  // ---- the models ----

  private static final String TREE_FIELDS =
      """
        private static final float[] BASE#;
        private static final int[] ROOTS#;
        private static final int[] TARGETS#;
        private static final int[] FEATURES#; // twice, plus 1 if missing goes left; -1 for a leaf
        private static final float[] VALUES#; // thresholds, and what leaves add
        private static final int[] RIGHT#; // the left child stands before the right one
        private static final float[] LEAVES#;
      """;

  private static final String TREE_READING =
      """
            BASE# = floats(in);
            ROOTS# = ints(in);
            TARGETS# = ints(in);
            FEATURES# = ints(in);
            VALUES# = floats(in);
            RIGHT# = ints(in);
            LEAVES# = floats(in);
      """;

  private static final String TREES =
      """

        /** The sum of trees. */
        private static float[] model#(float[] x) {
          float[] logits = BASE#.clone();
          for (int tree = 0; tree < ROOTS#.length; tree++) {
            int leaf = leaf#(ROOTS#[tree], x);
            int target = TARGETS#[tree];
            if (target >= 0) {
              logits[target] += VALUES#[leaf];
            } else {
              int from = RIGHT#[leaf];
              for (int k = 0; k < logits.length; k++) {
                logits[k] += LEAVES#[from + k];
              }
            }
          }
          return logits;
        }

        private static int leaf#(int root, float[] x) {
          int node = root;
          int feature = FEATURES#[node];
          while (feature >= 0) {
            float value = x[feature >>> 1];
            boolean left = value < VALUES#[node] || (value != value && (feature & 1) != 0);
            node = left ? RIGHT#[node] - 1 : RIGHT#[node];
            feature = FEATURES#[node];
          }
          return node;
        }
      """;

  private static final String NETWORK_FIELDS =
      """
        private static final int[] ACTIVATIONS#; // 0 none, 1 rectifier, 2 hyperbolic tangent
        private static final float[][] BIASES#;
        private static final float[][] WEIGHTS#;
      """;

  private static final String NETWORK_READING =
      """
            int layers# = in.readInt();
            ACTIVATIONS# = new int[layers#];
            BIASES# = new float[layers#][];
            WEIGHTS# = new float[layers#][];
            for (int l = 0; l < layers#; l++) {
              ACTIVATIONS#[l] = in.readByte();
              BIASES#[l] = floats(in);
              WEIGHTS#[l] = floats(in);
            }
      """;

  private static final String NETWORK =
      """

        /** Layers of a network; one layer is a linear model. */
        private static float[] model#(float[] x) {
          float[] from = x;
          for (int l = 0; l < BIASES#.length; l++) {
            from = layer#(from, WEIGHTS#[l], BIASES#[l], ACTIVATIONS#[l]);
          }
          return from;
        }

        private static float[] layer#(float[] from, float[] weights, float[] bias, int activation) {
          float[] to = bias.clone();
          int units = to.length;
          for (int j = 0; j < weights.length / units; j++) {
            float value = from[j];
            int at = j * units;
            for (int k = 0; k < units; k++) {
              to[k] += weights[at + k] * value;
            }
          }
          for (int k = 0; k < units && activation != 0; k++) {
            to[k] = activation == 1 ? Math.max(0, to[k]) : (float) StrictMath.tanh(to[k]);
          }
          return to;
        }
      """;

  private static final String MACHINE_FIELDS =
      """
        private static final float[] BIAS#;
        private static final float[] WEIGHTS#;
        private static final float[] FACTORS#;
      """;

  private static final String MACHINE_READING =
      """
            BIAS# = floats(in);
            WEIGHTS# = floats(in);
            FACTORS# = floats(in);
      """;

  private static final String MACHINE =
      """

        /** Factorization machines, one a class. */
        private static float[] model#(float[] x) {
          float[] logits = BIAS#.clone();
          int features = WEIGHTS#.length / logits.length;
          for (int k = 0; k < logits.length; k++) {
            float linear = logits[k];
            for (int j = 0; j < features; j++) {
              linear += WEIGHTS#[k * features + j] * x[j];
            }
            double logit = linear;
            for (int f = 0; f < $FACTORS; f++) {
              double sum = 0;
              double squares = 0;
              for (int j = 0; j < features; j++) {
                double product = (double) FACTORS#[(k * features + j) * $FACTORS + f] * x[j];
                sum += product;
                squares += product * product;
              }
              logit += 0.5 * (sum * sum - squares);
            }
            logits[k] = (float) logit;
          }
          return logits;
        }
      """;

  private static final String STANDARD_FIELDS =
      """
        private static final float[] LOW#;
        private static final float[] HIGH#;
        private static final double[] CENTER#;
        private static final double[] SCALE#;
        private static final int[] INDICATORS#;
        private static final float[] WANTED#;
      """;

  private static final String STANDARD_READING =
      """
            LOW# = floats(in);
            HIGH# = floats(in);
            CENTER# = doubles(in);
            SCALE# = doubles(in);
            INDICATORS# = ints(in);
            WANTED# = floats(in);
      """;

  private static final String STANDARDIZED =
      """

        /** Standardized features, then indicators of certain values. */
        private static float[] model#(float[] x) {
          int features = LOW#.length;
          float[] out = new float[features + INDICATORS#.length];
          for (int j = 0; j < features; j++) {
            float value = Math.min(Math.max(x[j], LOW#[j]), HIGH#[j]);
            out[j] = value != value ? 0 : (float) ((value - CENTER#[j]) * SCALE#[j]);
          }
          for (int i = 0; i < INDICATORS#.length; i++) {
            float value = x[INDICATORS#[i]];
            float wanted = WANTED#[i];
            out[features + i] = value == wanted || (value != value && wanted != wanted) ? 1 : 0;
          }
          return $INNER(out);
        }
      """;

  private static final String HINGE_FIELDS =
      """
        private static final int[] HINGES#;
        private static final float[] KNOTS#;
      """;

  private static final String HINGE_READING =
      """
            HINGES# = ints(in);
            KNOTS# = floats(in);
      """;

  private static final String HINGED =
      """

        /** The features, then how far they are above knots. */
        private static float[] model#(float[] x) {
          int features = x.length;
          float[] out = Arrays.copyOf(x, features + HINGES#.length);
          for (int h = 0; h < HINGES#.length; h++) {
            out[features + h] = Math.max(0, x[HINGES#[h]] - KNOTS#[h]);
          }
          return $INNER(out);
        }
      """;

  private static final String LOGARITHM =
      """

        /** The logarithm of probabilities. */
        private static float[] model#(float[] x) {
          float[] logits = $INNER(x);
          for (int k = 0; k < logits.length; k++) {
            logits[k] = (float) StrictMath.log(logits[k] > 1e-6 ? logits[k] : 1e-6);
          }
          return logits;
        }
      """;

  // ---- the class ----

  private static final String CLASS =
      """
      import java.io.DataInputStream;
      import java.io.IOException;
      import java.nio.charset.StandardCharsets;
      import java.util.Arrays;
      import java.util.Collections;
      import java.util.HashMap;
      import java.util.HashSet;
      import java.util.LinkedHashMap;
      import java.util.List;
      import java.util.Map;
      import java.util.Set;

      /**
       * $WHAT, written by Distill; it needs nothing but the JDK. Thread-safe.
       *
       * <p>Columns: $COLUMNS.
       *
       * <p>Classes: $CLASSES.
       *
       * <pre>{@code
       * Map<String, Object> row = new HashMap<>(); // by column; what is not there is missing
       * Map<String, Double> probabilities = $NAME.score(row);
       * }</pre>
       */
      public final class $NAME {
        private static final Set<String> MISSING =
            Collections.unmodifiableSet(new HashSet<>(Arrays.asList($MISSING)));

        private static final String[] COLUMNS;
        private static final int[] KINDS; // 0 number, 1 indicators, 2 rank by frequency
        private static final List<Map<String, Integer>> LEVELS; // of categories
        private static final String[] CLASSES;
        private static final double TEMPERATURE;
      //FIELDS

        static {
          try (DataInputStream in = new DataInputStream(tables())) {
            COLUMNS = new String[in.readInt()];
            KINDS = new int[COLUMNS.length];
            LEVELS = new java.util.ArrayList<>();
            for (int c = 0; c < COLUMNS.length; c++) {
              COLUMNS[c] = text(in);
              KINDS[c] = in.readByte();
              String[] levels = KINDS[c] == 0 ? new String[0] : texts(in);
              Map<String, Integer> index = new HashMap<>();
              for (int l = 0; l < levels.length; l++) {
                index.put(levels[l], l);
              }
              LEVELS.add(index);
            }
            CLASSES = texts(in);
            TEMPERATURE = in.readDouble();
      //READING
          } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
          }
        }

        private $NAME() {}

        /** Number of features of an encoded row. */
        public static final int FEATURES = $FEATURES;

        /** The names of the columns; a copy. */
        public static String[] columns() {
          return COLUMNS.clone();
        }

        /** The names of the classes, in the order of all arrays of probabilities; a copy. */
        public static String[] classes() {
          return CLASSES.clone();
        }

        /**
         * The probability of each class by its name.
         *
         * @param row numbers, booleans or texts by column; what is not there or null is missing
         * @throws IllegalArgumentException if a numeric column holds something that is no number
         */
        public static Map<String, Double> score(Map<String, ?> row) {
          double[] probabilities = new double[CLASSES.length];
          score(encode(row), probabilities);
          Map<String, Double> named = new LinkedHashMap<>();
          for (int k = 0; k < CLASSES.length; k++) {
            named.put(CLASSES[k], probabilities[k]);
          }
          return named;
        }

        /** The name of the most probable class; of equal ones the first. */
        public static String predict(Map<String, ?> row) {
          return CLASSES[predict(encode(row))];
        }

        /**
         * The probabilities of an encoded row.
         *
         * @param features as {@link #encode} gives; NaN is missing
         * @param probabilities takes one value a class
         */
        public static void score(float[] features, double[] probabilities) {
          float[] logits = model1(features);
          double max = -Float.MAX_VALUE;
          for (int k = 0; k < logits.length; k++) {
            // NaN counts as the smallest.
            double logit =
                logits[k] > -Float.MAX_VALUE ? Math.min(logits[k], Float.MAX_VALUE) : -Float.MAX_VALUE;
            probabilities[k] = logit;
            max = Math.max(max, logit);
          }
          double sum = 0;
          for (int k = 0; k < logits.length; k++) {
            probabilities[k] = StrictMath.exp((probabilities[k] - max) / TEMPERATURE);
            sum += probabilities[k];
          }
          for (int k = 0; k < logits.length; k++) {
            probabilities[k] /= sum;
          }
        }

        /** The index of the most probable class of an encoded row; of equal ones the first. */
        public static int predict(float[] features) {
          float[] logits = model1(features);
          float best = Float.NEGATIVE_INFINITY;
          int winner = 0;
          for (int k = 0; k < logits.length; k++) {
            if (logits[k] > best) {
              best = logits[k];
              winner = k;
            }
          }
          return winner;
        }

        /** The features of a row: float numbers, categories as indicators or ranks, NaN if missing. */
        public static float[] encode(Map<String, ?> row) {
          float[] features = new float[FEATURES];
          int at = 0;
          for (int c = 0; c < COLUMNS.length; c++) {
            Object value = row.get(COLUMNS[c]);
            at = KINDS[c] == 0 ? number(c, value, features, at) : category(c, value, features, at);
          }
          return features;
        }

        private static int number(int column, Object value, float[] features, int at) {
          double number = Double.NaN;
          if (value instanceof Number) {
            number = ((Number) value).doubleValue();
          } else if (value instanceof Boolean) {
            number = (Boolean) value ? 1 : 0;
          } else if (value != null) {
            number = parse(column, value.toString().trim());
          }
          features[at] = (float) number;
          return at + 1;
        }

        private static double parse(int column, String text) {
          if (MISSING.contains(text)) {
            return Double.NaN;
          }
          try {
            // Java's own suffixes, as in "1d", are no numbers elsewhere.
            if ("dDfF".indexOf(text.charAt(text.length() - 1)) < 0) {
              return Double.parseDouble(text);
            }
          } catch (NumberFormatException e) {
            // Told below.
          }
          throw new IllegalArgumentException(
              "column '" + COLUMNS[column] + "': expected a number, got '" + text + "'");
        }

        private static int category(int column, Object value, float[] features, int at) {
          Map<String, Integer> levels = LEVELS.get(column);
          boolean missing = value == null || MISSING.contains(value.toString());
          Integer level = missing ? null : levels.get(value.toString());
          if (KINDS[column] == 2) {
            features[at] = missing ? Float.NaN : level == null ? levels.size() : level;
            return at + 1;
          }
          if (levels.size() == 2) {
            features[at] = level == null ? Float.NaN : level;
            return at + 1;
          }
          Arrays.fill(features, at, at + levels.size(), missing ? Float.NaN : 0);
          if (level != null) {
            features[at + level] = 1;
          }
          return at + levels.size();
        }
      //METHODS

        private static String text(DataInputStream in) throws IOException {
          byte[] utf8 = new byte[in.readInt()];
          in.readFully(utf8);
          return new String(utf8, StandardCharsets.UTF_8);
        }

        private static String[] texts(DataInputStream in) throws IOException {
          String[] texts = new String[in.readInt()];
          for (int i = 0; i < texts.length; i++) {
            texts[i] = text(in);
          }
          return texts;
        }

        private static int[] ints(DataInputStream in) throws IOException {
          int[] values = new int[in.readInt()];
          for (int i = 0; i < values.length; i++) {
            values[i] = in.readInt();
          }
          return values;
        }

        private static float[] floats(DataInputStream in) throws IOException {
          float[] values = new float[in.readInt()];
          for (int i = 0; i < values.length; i++) {
            values[i] = in.readFloat();
          }
          return values;
        }

        private static double[] doubles(DataInputStream in) throws IOException {
          double[] values = new double[in.readInt()];
          for (int i = 0; i < values.length; i++) {
            values[i] = in.readDouble();
          }
          return values;
        }

      //TABLES
      }
      """;
}
