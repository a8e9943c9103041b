package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.Teacher;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.classification.sgd.objectives.Hinge;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.provenance.SimpleDataSourceProvenance;

class TribuoTeacherTest {
  private static final List<String> CLASSES = List.of("yes", "no", "perhaps");
  private static final String[] NAMES = {"u", "v"};

  @BeforeAll
  static void nothing_is_printed() {
    Quiet.please();
  }

  /** More rows than a batch, some with a 0. */
  private static Matrix rows() {
    RandomGenerator random = Seeds.random(1, "rows");
    float[] values = new float[2 * 1_500];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(5) == 0 ? 0 : (float) random.nextGaussian();
    }
    return new Matrix(values, values.length / 2, 2);
  }

  private static ArrayExample<Label> example(Label label, float... values) {
    return new ArrayExample<>(label, NAMES, new double[] {values[0], values[1]});
  }

  private static Model<Label> train(Trainer<Label> trainer) {
    LabelFactory factory = new LabelFactory();
    MutableDataset<Label> data =
        new MutableDataset<>(new SimpleDataSourceProvenance("rows", factory), factory);
    Matrix rows = rows();
    RandomGenerator random = Seeds.random(2, "labels");
    for (int i = 0; i < 500; i++) {
      double z = rows.get(i, 0) - rows.get(i, 1) + random.nextGaussian() / 3;
      String label = z < -0.5 ? "no" : z < 0.5 ? "perhaps" : "yes";
      data.add(example(new Label(label), rows.get(i, 0), rows.get(i, 1)));
    }
    return trainer.train(data);
  }

  static List<Trainer<Label>> trainers() {
    return List.of(new LogisticRegressionTrainer(), new CARTClassificationTrainer(4));
  }

  private static void assertRefused(ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains(words));
  }

  /** Neither order, of columns or classes, is the model's own. */
  @ParameterizedTest
  @MethodSource("trainers")
  void answers_as_the_model_does(Trainer<Label> trainer) {
    Model<Label> model = train(trainer);
    Matrix rows = rows();
    float[] turned = new float[3 * rows.rows()];
    for (int i = 0; i < rows.rows(); i++) {
      turned[3 * i] = rows.get(i, 1);
      turned[3 * i + 1] = Float.NaN;
      turned[3 * i + 2] = rows.get(i, 0);
    }
    double[] given =
        TribuoTeacher.of(model, List.of("v", "unused", "u"), CLASSES)
            .probabilities(new Matrix(turned, rows.rows(), 3));
    assertThat(given).hasSize(3 * rows.rows());
    for (int i = 0; i < rows.rows(); i++) {
      Map<String, Label> own =
          model
              .predict(example(LabelFactory.UNKNOWN_LABEL, rows.get(i, 0), rows.get(i, 1)))
              .getOutputScores();
      for (int k = 0; k < 3; k++) {
        assertThat(given[3 * i + k])
            .isEqualTo(Objects.requireNonNull(own.get(CLASSES.get(k))).getScore());
      }
    }
    assertThat(Arrays.stream(given).distinct().count()).isGreaterThan(5);
  }

  @Test
  void a_missing_value_is_left_out() {
    Teacher teacher =
        TribuoTeacher.of(train(new LogisticRegressionTrainer()), List.of("u", "v"), CLASSES);
    assertThat(teacher.probabilities(new Matrix(new float[] {Float.NaN, 1}, 1, 2)))
        .containsExactly(teacher.probabilities(new Matrix(new float[] {0, 1}, 1, 2)));
    assertRefused(
        () -> teacher.probabilities(new Matrix(new float[] {1, 1, Float.NaN, Float.NaN}, 2, 2)),
        "row 2 has no value in any of its features");
  }

  @Test
  void what_can_not_be_a_teacher_is_named() {
    Model<Label> model = train(new LogisticRegressionTrainer());
    List<String> names = List.of("u", "v");
    assertRefused(
        () -> TribuoTeacher.of(model, names, List.of("yes", "no", "maybe")),
        "Tribuo's LinearSGDModel: its class 'perhaps' is no class of the data");
    assertRefused(
        () -> TribuoTeacher.of(model, names, List.of("yes", "no", "perhaps", "never")),
        "it does not know the data's class 'never'");
    assertRefused(
        () -> TribuoTeacher.of(model, List.of("u", "w"), CLASSES),
        "its feature 'v' is no column, there are 'u', 'w'");
    assertRefused(
        () -> TribuoTeacher.of(model, List.of("u", "v", "u"), CLASSES),
        "column 'u' is there twice");
    assertRefused(
        () ->
            TribuoTeacher.of(model, names, CLASSES)
                .probabilities(new Matrix(new float[] {1, 1, 1}, 1, 3)),
        "got rows of 3 columns, expected 2: 'u', 'v'");
  }

  @Test
  void scores_that_are_no_probabilities_are_refused() {
    Model<Label> hinge = train(new LinearSGDTrainer(new Hinge(), new AdaGrad(0.5), 5, 1_000, 1, 1));
    assertThat(hinge.generatesProbabilities()).isFalse();
    assertRefused(
        () -> TribuoTeacher.of(hinge, List.of("u", "v"), CLASSES).probabilities(rows()),
        "Tribuo's LinearSGDModel: answered",
        "of row 1");
  }
}
