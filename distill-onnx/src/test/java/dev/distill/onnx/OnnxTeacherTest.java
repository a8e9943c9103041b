package dev.distill.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxTeacherTest {
  private static final String ML = "ai.onnx.ml";
  private static final List<String> CLASSES = List.of("no", "yes");

  @TempDir private Path folder = Path.of("");

  private TeacherModel open(OnnxFile file) throws IOException {
    return open(Files.write(folder.resolve("m.onnx"), file.bytes()));
  }

  private static TeacherModel open(Path file) throws IOException {
    for (TeacherProvider provider : ServiceLoader.load(TeacherProvider.class)) {
      if (provider.opens(file.toString())) {
        return provider.open(file.toString());
      }
    }
    throw new AssertionError("no provider");
  }

  private static Table numbers(String... names) {
    return Table.of("t.csv", List.of(names), new float[][] {{1, 2}, {0.5f, -1}, {-2, 0}});
  }

  /** Logits x·W, with W the identity but for the second column, which is doubled. */
  private static OnnxFile linear(String... ops) {
    OnnxFile file = new OnnxFile().input("x", OnnxFile.FLOAT, 2).matrix("w", 2, 2, 1, 0, 0, 2);
    String last = ops.length == 0 ? "out" : "z";
    file.node("MatMul", "", List.of("x", "w"), List.of(last), n -> {});
    for (String op : ops) {
      file.node(op, "", List.of("z"), List.of("out"), n -> OnnxFile.attribute(n, "axis", 1));
    }
    return file.output("out", OnnxFile.FLOAT, 2);
  }

  private static void assertIsLinear(double[] given) {
    double[] u = {1, 0.5f, -2};
    double[] v = {2, -1, 0};
    for (int i = 0; i < 3; i++) {
      double second = 1 / (1 + Math.exp(u[i] - 2 * v[i]));
      assertThat(given[2 * i + 1]).isCloseTo(second, within(1e-6));
      assertThat(given[2 * i]).isCloseTo(1 - second, within(1e-6));
    }
  }

  @Test
  void one_tensor_takes_the_columns_in_their_order() throws Exception {
    try (TeacherModel teacher = open(linear("Softmax"))) {
      Table table = numbers("a", "b");
      teacher.check(table, CLASSES);
      assertIsLinear(teacher.probabilities(table, CLASSES));
      assertThat(teacher.description()).isEqualTo("m.onnx (ONNX, 1 input, output 'out')");
    }
  }

  @Test
  void logits_become_probabilities_and_the_description_says_so() throws Exception {
    try (TeacherModel teacher = open(linear())) {
      assertIsLinear(teacher.probabilities(numbers("a", "b"), CLASSES));
      assertThat(teacher.description()).endsWith("output 'out', logits)");
    }
  }

  /** Logit of "yes": size + what the colour is worth. */
  private static OnnxFile byColumn() {
    return new OnnxFile()
        .input("size", OnnxFile.FLOAT, 1)
        .input("colour", OnnxFile.STRING, 1)
        .node(
            "LabelEncoder",
            ML,
            List.of("colour"),
            List.of("worth"),
            n -> {
              OnnxFile.attribute(n, "keys_strings", List.of("red", "blue", "7", ""));
              OnnxFile.attribute(n, "values_floats", 1, -1, 5, 3);
            })
        .node("Add", "", List.of("size", "worth"), List.of("z"), n -> {})
        .node("Sigmoid", "", List.of("z"), List.of("probability"), n -> {})
        .output("probability", OnnxFile.FLOAT, 1);
  }

  private static Table.Texts colours(String name, String... values) {
    Table.TextsBuilder texts = new Table.TextsBuilder(values.length);
    for (String value : values) {
      texts.add(value);
    }
    return texts.build(name);
  }

  @Test
  void inputs_by_name_take_texts_numbers_and_missing_cells() throws Exception {
    Table.Numbers size = new Table.Numbers("size", new double[] {0, 1, 2, Double.NaN});
    try (TeacherModel teacher = open(byColumn())) {
      Table table = new Table("t.csv", List.of(colours("colour", "red", "blue", "", "red"), size));
      teacher.check(table, CLASSES);
      double[] given = teacher.probabilities(table, CLASSES);
      double[] logits = {1, 0, 5};
      for (int i = 0; i < 3; i++) {
        assertThat(given[2 * i + 1]).isCloseTo(1 / (1 + Math.exp(-logits[i])), within(1e-6));
        assertThat(given[2 * i]).isCloseTo(1 - given[2 * i + 1], within(1e-12));
      }
      assertThat(given[7]).isNaN();
      Table whole =
          new Table(
              "t.csv",
              List.of(
                  new Table.Numbers("size", new double[] {0}),
                  new Table.Numbers("colour", new double[] {7})));
      teacher.check(whole, CLASSES);
      assertThat(teacher.probabilities(whole, CLASSES)[1])
          .as("a number where the model wants a text is that text")
          .isCloseTo(1 / (1 + Math.exp(-5)), within(1e-6));
    }
  }

  /** As scikit-learn's exporter writes a classifier. */
  private static OnnxFile withMaps() {
    return new OnnxFile()
        .input("x", OnnxFile.FLOAT, 2)
        .node(
            "LinearClassifier",
            ML,
            List.of("x"),
            List.of("label", "p"),
            n -> {
              OnnxFile.attribute(n, "coefficients", 0, 2, 1, 0);
              OnnxFile.attribute(n, "intercepts", 0, 0);
              OnnxFile.attribute(n, "classlabels_strings", List.of("yes", "no"));
              OnnxFile.attribute(n, "post_transform", "SOFTMAX");
            })
        .node(
            "ZipMap",
            ML,
            List.of("p"),
            List.of("output_probability"),
            n -> OnnxFile.attribute(n, "classlabels_strings", List.of("yes", "no")))
        .output("label", OnnxFile.STRING, -1)
        .mapsOutput("output_probability");
  }

  @Test
  void maps_from_class_to_probability_are_put_in_the_order_of_the_classes() throws Exception {
    try (TeacherModel teacher = open(withMaps())) {
      assertIsLinear(teacher.probabilities(numbers("a", "b"), CLASSES));
      assertThatThrownBy(() -> teacher.probabilities(numbers("a", "b"), List.of("no", "maybe")))
          .hasMessage("m.onnx: the model's class 'yes' is none of the data's: 'no', 'maybe'");
      assertThatThrownBy(() -> teacher.probabilities(numbers("a", "b"), List.of("a", "b", "c")))
          .hasMessage("m.onnx: the model has 2 classes, the data 3: 'a', 'b', 'c'");
    }
  }

  @Test
  void columns_that_do_not_fit_are_named() throws Exception {
    try (TeacherModel teacher = open(linear())) {
      Table table = numbers("a", "b");
      assertThatThrownBy(() -> teacher.check(table.select(List.of("a")), CLASSES))
          .hasMessage("m.onnx: input 'x' takes 2 columns, t.csv has 1 feature columns: 'a'");
      Table texts =
          new Table("t.csv", List.of(table.column("a"), colours("colour", "red", "", "blue")));
      assertThatThrownBy(() -> teacher.check(texts, CLASSES))
          .hasMessage(
              "m.onnx: input 'x' takes numbers, column 'colour' of t.csv holds texts such as 'red'");
      assertThatThrownBy(() -> teacher.probabilities(table, List.of("a", "b", "c")))
          .hasMessage(
              "m.onnx: answered 3 rows with 6 numbers, expected one for each of the classes 'a', 'b', 'c'");
    }
    try (TeacherModel teacher = open(byColumn())) {
      assertThatThrownBy(() -> teacher.check(numbers("size", "color"), CLASSES))
          .hasMessage("m.onnx: input 'colour' is no column of t.csv, there are 'size', 'color'");
    }
  }

  @Test
  void a_missing_cell_of_whole_numbers_is_named() throws Exception {
    OnnxFile file =
        new OnnxFile()
            .input("n", OnnxFile.INT64, 1)
            .node(
                "Cast",
                "",
                List.of("n"),
                List.of("out"),
                n -> OnnxFile.attribute(n, "to", OnnxFile.FLOAT))
            .output("out", OnnxFile.FLOAT, 1);
    try (TeacherModel teacher = open(file)) {
      Table good = new Table("t.csv", List.of(new Table.Numbers("n", new double[] {0, 1})));
      assertThat(teacher.probabilities(good, CLASSES)).containsExactly(1, 0, 0, 1);
      Table bad = new Table("t.csv", List.of(new Table.Numbers("n", new double[] {Double.NaN})));
      assertThatThrownBy(() -> teacher.probabilities(bad, CLASSES))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("m.onnx: column 'n' is missing in a row");
    }
  }

  @Test
  void what_is_no_model_is_refused() throws Exception {
    Path text = Files.writeString(folder.resolve("t.onnx"), "no model");
    assertThatThrownBy(() -> open(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("t.onnx: ONNX Runtime can't open it as a model");
    assertThatThrownBy(() -> open(folder.resolve("none.onnx")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no such file");
    OnnxFile labels =
        new OnnxFile()
            .input("x", OnnxFile.FLOAT, 2)
            .node("ArgMax", "", List.of("x"), List.of("label"), n -> {})
            .output("label", OnnxFile.INT64, 2);
    assertThatThrownBy(() -> open(labels))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "m.onnx: expected one output of probabilities or logits, got 'label'");
  }
}
