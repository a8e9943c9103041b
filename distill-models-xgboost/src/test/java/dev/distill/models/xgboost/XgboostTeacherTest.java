package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XgboostTeacherTest {
  private static final int ROWS = 200;

  @TempDir private Path folder = Path.of("");

  /** Rows of two features, some missing. */
  private static float[] rows() {
    Random random = new Random(3);
    float[] rows = new float[2 * ROWS];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = random.nextInt(10) == 0 ? Float.NaN : random.nextFloat();
    }
    return rows;
  }

  private static Table table(float[] rows, String... names) {
    float[][] wide = new float[rows.length / 2][];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = new float[] {rows[2 * i], rows[2 * i + 1]};
    }
    return Table.of("rows.csv", List.of(names), wide);
  }

  private static float[][] answers(Booster booster) throws XGBoostError {
    DMatrix matrix = new DMatrix(rows(), ROWS, 2, Float.NaN);
    try {
      return booster.predict(matrix);
    } finally {
      matrix.dispose();
    }
  }

  private static Booster train(String objective, int classes) throws XGBoostError {
    float[] rows = rows();
    float[] labels = new float[ROWS];
    for (int i = 0; i < ROWS; i++) {
      labels[i] = (rows[2 * i] > 0.5 ? 1 : 0) + (classes > 2 && rows[2 * i + 1] > 0.5 ? 1 : 0);
    }
    DMatrix matrix = new DMatrix(rows, ROWS, 2, Float.NaN);
    try {
      matrix.setLabel(labels);
      Map<String, Object> settings = new HashMap<>();
      settings.put("objective", objective);
      settings.put("max_depth", 3);
      if (classes > 2) {
        settings.put("num_class", classes);
      }
      return XGBoost.train(matrix, settings, 5, Map.of(), null, null);
    } finally {
      matrix.dispose();
    }
  }

  private Path saved(Booster booster, String name) throws XGBoostError {
    Path file = folder.resolve(name);
    booster.saveModel(file.toString());
    return file;
  }

  private static TeacherModel open(Path file) throws IOException {
    for (TeacherProvider provider : ServiceLoader.load(TeacherProvider.class)) {
      if (provider.opens(file.toString())) {
        return provider.open(file.toString());
      }
    }
    throw new AssertionError("no provider");
  }

  /** XGBoost's own reader goes on behind the end for minutes. */
  @Test
  void refuses_a_model_that_was_cut_off() throws Exception {
    Booster booster = train("multi:softprob", 3);
    for (String format : List.of("m.ubj", "m.json")) {
      byte[] whole = Files.readAllBytes(saved(booster, format));
      Path cut = folder.resolve("cut-" + format);
      for (int length = 1; length < whole.length; length += 97) {
        Files.write(cut, Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> open(cut))
            .as("%s bytes of %s", length, format)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith(cut + ": is no whole model of XGBoost: ")
            .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1));
      }
    }
    booster.dispose();
  }

  @Test
  void answers_as_the_model_does_whatever_its_format() throws Exception {
    for (String objective : List.of("binary:logistic", "multi:softprob")) {
      int classes = objective.startsWith("binary") ? 2 : 3;
      List<String> names = classes == 2 ? List.of("no", "yes") : List.of("a", "b", "c");
      Booster booster = train(objective, classes);
      float[][] expected = answers(booster);
      for (String format : List.of("m.ubj", "m.json")) {
        try (TeacherModel teacher = open(saved(booster, format))) {
          Table table = table(rows(), "u", "v");
          teacher.check(table, names);
          double[] given = teacher.probabilities(table, names);
          assertThat(given).hasSize(ROWS * classes);
          for (int i = 0; i < ROWS; i++) {
            double last = expected[i][expected[i].length - 1];
            // Float32 probabilities of XGBoost's own.
            assertThat(given[i * classes + classes - 1]).isCloseTo(last, within(1e-6));
          }
          assertThat(teacher.description()).contains(format, objective, "5 rounds");
        }
      }
    }
  }

  @Test
  void a_model_that_gives_classes_is_asked_for_its_probabilities() throws Exception {
    Booster booster = train("multi:softmax", 3);
    Table table = table(rows(), "u", "v");
    try (TeacherModel teacher = open(saved(booster, "m.ubj"))) {
      double[] given = teacher.probabilities(table, List.of("a", "b", "c"));
      assertThat(Arrays.stream(given)).allMatch(p -> p > 0 && p < 1);
      float[][] classes = answers(booster);
      for (int i = 0; i < ROWS; i++) {
        int own = (int) classes[i][0];
        for (int k = 0; k < 3; k++) {
          assertThat(given[3 * i + own]).isGreaterThanOrEqualTo(given[3 * i + k]);
        }
      }
    }
  }

  @Test
  void a_model_that_knows_names_finds_its_columns_by_them() throws Exception {
    Booster booster = train("binary:logistic", 2);
    booster.setFeatureNames(new String[] {"u", "v"});
    List<String> classes = List.of("no", "yes");
    try (TeacherModel teacher = open(saved(booster, "m.json"))) {
      Table table = table(rows(), "u", "v");
      Table turned = table.select(List.of("v", "u"));
      assertThat(teacher.probabilities(turned, classes))
          .isEqualTo(teacher.probabilities(table, classes));
      assertThatThrownBy(() -> teacher.check(table(rows(), "u", "w"), classes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "m.json: the model's feature 'v' is no column of rows.csv, there are 'u', 'w'");
    }
  }

  @Test
  void what_does_not_fit_is_named() throws Exception {
    Table table = table(rows(), "u", "v");
    try (TeacherModel teacher = open(saved(train("binary:logistic", 2), "m.ubj"))) {
      assertThatThrownBy(() -> teacher.check(table.select(List.of("u")), List.of("no", "yes")))
          .hasMessageContaining("2 features without names, rows.csv has 1 feature columns: 'u'");
      assertThatThrownBy(() -> teacher.check(table, List.of("a", "b", "c")))
          .hasMessageContaining("the model has 2 classes, the data 3: 'a', 'b', 'c'");
      Table.TextsBuilder texts = new Table.TextsBuilder(ROWS);
      for (int i = 0; i < ROWS; i++) {
        texts.add("red");
      }
      Table mixed = new Table("rows.csv", List.of(table.column("u"), texts.build("colour")));
      assertThatThrownBy(() -> teacher.check(mixed, List.of("no", "yes")))
          .hasMessageContaining("column 'colour' of rows.csv holds texts such as 'red'");
    }
  }

  @Test
  void what_is_no_classifier_is_refused() throws Exception {
    Path regression = saved(train("reg:squarederror", 2), "r.ubj");
    assertThatThrownBy(() -> open(regression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("r.ubj: its objective is reg:squarederror, expected a classifier's");
    Path text = Files.writeString(folder.resolve("t.json"), "{\"a\": 1}");
    assertThatThrownBy(() -> open(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("t.json: XGBoost can't read it as a model");
    assertThatThrownBy(() -> open(folder.resolve("none.ubj")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no such file");
  }
}
