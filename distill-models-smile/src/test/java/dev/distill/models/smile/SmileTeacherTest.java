package dev.distill.models.smile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.Distiller;
import dev.distill.auto.StudentCatalog;
import dev.distill.data.Dataset;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.Teacher;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import smile.base.cart.SplitRule;
import smile.classification.Classifier;
import smile.classification.DataFrameClassifier;
import smile.classification.LogisticRegression;
import smile.classification.RandomForest;
import smile.classification.SVM;
import smile.data.DataFrame;
import smile.data.formula.Formula;
import smile.data.formula.Terms;
import smile.data.measure.NominalScale;
import smile.data.type.DataTypes;
import smile.data.type.StructField;
import smile.data.vector.ByteVector;
import smile.data.vector.IntVector;

class SmileTeacherTest {
  static {
    SmileLibrary.load();
  }

  private static final NominalScale ANSWERS = new NominalScale("no", "perhaps", "yes");

  /** Columns a, b, and c of codes 0 to 2. */
  private final Matrix rows = planted(400, 1);

  private final int[] labels = labels(rows);

  private static Matrix planted(int count, long seed) {
    Matrix rows = Fits.rows(count, 3, seed);
    for (int i = 2; i < rows.values().length; i += 3) {
      rows.values()[i] = i % 4 % 3;
    }
    return rows;
  }

  /** 0 to 2, by a + b and by c, not always. */
  private static int[] labels(Matrix rows) {
    RandomGenerator random = Seeds.random(3, "labels");
    int[] labels = new int[rows.rows()];
    for (int i = 0; i < labels.length; i++) {
      double z = rows.get(i, 0) + rows.get(i, 1) + (rows.get(i, 2) == 1 ? 1 : 0);
      z += random.nextGaussian() / 3;
      labels[i] = z < -0.5 ? 0 : z < 0.7 ? 1 : 2;
    }
    return labels;
  }

  private double[][] arrays() {
    double[][] arrays = new double[rows.rows()][rows.columns()];
    for (int i = 0; i < arrays.length; i++) {
      for (int c = 0; c < rows.columns(); c++) {
        arrays[i][c] = rows.get(i, c);
      }
    }
    return arrays;
  }

  /** With its columns in an order of its own. */
  private DataFrame frame() {
    double[][] ba = new double[rows.rows()][];
    byte[] c = new byte[rows.rows()];
    for (int i = 0; i < c.length; i++) {
      ba[i] = new double[] {rows.get(i, 1), rows.get(i, 0)};
      c[i] = (byte) rows.get(i, 2);
    }
    return DataFrame.of(ba, "b", "a")
        .merge(
            ByteVector.of(
                new StructField("c", DataTypes.ByteType, new NominalScale("red", "green", "blue")),
                c))
        .merge(IntVector.of(new StructField("y", DataTypes.IntegerType, ANSWERS), labels));
  }

  private static DataFrameClassifier forest(Formula formula, DataFrame frame) {
    return RandomForest.fit(
        formula, frame, 20, 2, SplitRule.GINI, 8, 60, 3, 1.0, null, LongStream.range(1, 21));
  }

  private static void assertRefused(ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains(words));
  }

  @Test
  void a_classifier_of_arrays_answers_in_the_order_of_the_data() {
    int[] numbers = Arrays.stream(labels).map(y -> 10 * y - 5).toArray();
    LogisticRegression model = LogisticRegression.fit(arrays(), numbers);
    double[] given = SmileTeacher.of(model, List.of("15", "-5", "5")).probabilities(rows);
    double[] named =
        SmileTeacher.of(
                model, y -> y < 0 ? "low" : "up to " + y, List.of("up to 5", "up to 15", "low"))
            .probabilities(rows);
    double[][] arrays = arrays();
    double[] own = new double[3];
    for (int i = 0; i < arrays.length; i++) {
      model.predict(arrays[i], own);
      assertThat(Arrays.copyOfRange(given, 3 * i, 3 * i + 3))
          .containsExactly(own[2], own[0], own[1]);
      assertThat(Arrays.copyOfRange(named, 3 * i, 3 * i + 3))
          .containsExactly(own[1], own[2], own[0]);
    }
  }

  @Test
  void a_forest_finds_its_columns_by_name() {
    DataFrame frame = frame();
    DataFrameClassifier model = forest(Formula.lhs("y"), frame);
    Matrix wider = new Matrix(new float[4 * rows.rows()], rows.rows(), 4);
    for (int i = 0; i < rows.rows(); i++) {
      wider.values()[4 * i] = 99;
      System.arraycopy(rows.values(), 3 * i, wider.values(), 4 * i + 1, 3);
    }
    double[] given =
        SmileTeacher.of(
                model,
                ANSWERS::level,
                List.of("unused", "a", "b", "c"),
                List.of("yes", "no", "perhaps"))
            .probabilities(wider);
    double[] own = new double[3];
    for (int i = 0; i < rows.rows(); i++) {
      model.predict(frame.get(i), own);
      assertThat(Arrays.copyOfRange(given, 3 * i, 3 * i + 3))
          .containsExactly(own[2], own[0], own[1]);
    }
    // It must look at the category for this to have shown anything.
    assertThat(((RandomForest) model).importance()[2]).isPositive();
  }

  @Test
  void a_formula_is_evaluated() {
    DataFrame frame = frame();
    DataFrameClassifier model = forest(Formula.of("y", Terms.abs("a"), Terms.$("b")), frame);
    double[] given =
        SmileTeacher.of(model, List.of("a", "b", "c"), List.of("0", "1", "2")).probabilities(rows);
    double[] own = new double[3];
    for (int i = 0; i < rows.rows(); i++) {
      model.predict(frame.get(i), own);
      assertThat(Arrays.copyOfRange(given, 3 * i, 3 * i + 3)).containsExactly(own);
    }
  }

  @Test
  void a_missing_value_is_the_models_matter() {
    DataFrame frame = frame();
    DataFrameClassifier model = forest(Formula.of("y", "a", "b"), frame);
    Matrix missing = new Matrix(new float[] {Float.NaN, 1}, 1, 2);
    double[] own = new double[3];
    model.predict(DataFrame.of(new double[][] {{Double.NaN, 1}}, "a", "b").get(0), own);
    assertThat(
            SmileTeacher.of(model, List.of("a", "b"), List.of("0", "1", "2"))
                .probabilities(missing))
        .containsExactly(own);
    Teacher linear =
        SmileTeacher.of(LogisticRegression.fit(arrays(), labels), List.of("0", "1", "2"));
    assertRefused(
        () -> linear.probabilities(new Matrix(new float[] {1, 1, 1, 1, 1, Float.NaN}, 2, 3)),
        "Smile's LogisticRegression.Multinomial: answered class '0' of row 2 with NaN");
  }

  @Test
  void what_can_not_be_a_teacher_is_named() {
    List<String> classes = List.of("0", "1", "2");
    double[][] arrays = arrays();
    Classifier<double[]> svm =
        SVM.fit(arrays, Arrays.stream(labels).map(y -> y == 0 ? -1 : 1).toArray(), 1, 1e-3);
    assertRefused(
        () -> SmileTeacher.of(svm, List.of("-1", "1")),
        "it gives a class alone",
        "soft classifier");
    LogisticRegression linear = LogisticRegression.fit(arrays, labels);
    assertRefused(
        () -> SmileTeacher.of(linear, List.of("0", "1", "two")),
        "its class '2' is no class of the data");
    assertRefused(
        () -> SmileTeacher.of(linear, List.of("0", "1", "2", "3")),
        "does not know the data's class '3'");
    assertRefused(
        () -> SmileTeacher.of(linear, classes).probabilities(Fits.rows(4, 5, 1)),
        "no answer for row 1, of 5 columns",
        "expected: 3");
    DataFrameClassifier forest = forest(Formula.lhs("y"), frame());
    assertRefused(
        () -> SmileTeacher.of(forest, List.of("a", "c"), classes),
        "its formula y ~ b + a + c can't be evaluated with the columns 'a', 'c'",
        "Field b doesn't exist");
    Teacher teacher = SmileTeacher.of(forest, List.of("a", "b", "c"), classes);
    assertRefused(
        () -> teacher.probabilities(Fits.rows(1, 2, 1)),
        "rows of 2 columns, expected 3: 'a', 'b', 'c'");
    for (float code : new float[] {Float.NaN, 0.5f, 3, -1}) {
      assertRefused(
          () -> teacher.probabilities(new Matrix(new float[] {1, 1, 0, 1, 1, code}, 2, 3)),
          "no answer for row 2",
          "column 'c' is "
              + code
              + ", allowed are the codes of the categories nominal[red, green, blue]");
    }
  }

  @Test
  void probabilities_that_are_none_are_refused() {
    Classifier<double[]> odd =
        new Classifier<>() {
          @Override
          public int numClasses() {
            return 2;
          }

          @Override
          public int[] classes() {
            return new int[] {0, 1};
          }

          @Override
          public int predict(double[] x) {
            return 0;
          }

          @Override
          public boolean soft() {
            return true;
          }

          @Override
          public int predict(double[] x, double[] posteriori) {
            Arrays.fill(posteriori, x[0]);
            return 0;
          }
        };
    assertRefused(
        () ->
            SmileTeacher.of(odd, List.of("0", "1"))
                .probabilities(new Matrix(new float[] {.5f, .25f}, 2, 1)),
        "answered row 2 with numbers that sum to 0.5");
  }

  @Test
  void a_forest_is_distilled() {
    Matrix many = planted(1_500, 5);
    float[][] features = new float[many.rows()][];
    String[] texts = new String[many.rows()];
    int[] truth = labels(many);
    for (int i = 0; i < features.length; i++) {
      features[i] = Arrays.copyOfRange(many.values(), 3 * i, 3 * i + 3);
      texts[i] = ANSWERS.level(truth[i]);
    }
    Dataset data = Dataset.of(List.of("a", "b", "c"), features, List.of(texts));
    Teacher teacher =
        SmileTeacher.of(
            forest(Formula.lhs("y"), frame()),
            ANSWERS::level,
            data.schema().featureNames(),
            data.classes());
    DistillationResult result =
        Distiller.builder()
            .train(data)
            .teacher(teacher)
            .families(StudentCatalog.discover(SmileTeacherTest.class.getClassLoader()))
            .configure(
                config ->
                    config
                        .trials(4)
                        .families(List.of("smile.forest"))
                        .teacherWeight(1)
                        .augment(5)
                        .seed(1))
            .run();
    assertThat(result.student().test().get("kl"))
        .isLessThan(result.prior().get("kl") / 10)
        .isLessThan(0.05);
  }
}
