package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That it answers alike is tested in distill-cli. */
class XgboostExporterTest {
  private static final XgboostExporter EXPORTER = new XgboostExporter();

  @TempDir private Path folder = Path.of("");

  private static TreeEnsemble trees(int count) {
    TreeEnsemble.Builder trees = TreeEnsemble.builder(2, new float[] {0, 0});
    for (int t = 0; t < count; t++) {
      trees.vectorTree(3).split(0, 1, 0.5f, 1, 2, true).leaf(1, .2f, .8f).leaf(2, .9f, .1f);
    }
    return trees.build();
  }

  private static StudentFile student(PortableModel model) {
    return new StudentFile(
        Schema.numbers(List.of("age", "height")),
        model,
        List.of("no", "yes"),
        "income",
        2,
        new float[0],
        Map.of());
  }

  private Path write(String name) throws Exception {
    byte[] bytes = EXPORTER.export(student(trees(3)), name, Map.of()).get(name);
    return Files.write(folder.resolve(name), bytes);
  }

  @Test
  void names_and_classes_are_in_the_model() throws Exception {
    for (String name : List.of("m.json", "m.ubj")) {
      Path file = write(name);
      assertThat(EXPORTER.opens(file)).isTrue();
      Booster booster = XGBoost.loadModel(file.toString());
      assertThat(booster.getFeatureNames()).containsExactly("age", "height");
      assertThat(booster.getAttr("class_1")).isEqualTo("yes");
      assertThat(booster.getNumBoostedRound()).as("none can be left out").isEqualTo(1);
      booster.dispose();
    }
  }

  @Test
  void an_export_can_teach() throws Exception {
    StudentFile student = student(trees(3));
    try (TeacherModel teacher = new XgboostTeachers().open(write("m.ubj").toString())) {
      Table rows = Table.of("t", List.of("age", "height"), new float[][] {{1, .4f}, {1, .6f}});
      teacher.check(rows, student.classes());
      double[] expected = new double[4];
      student.score(new float[] {1, .4f, 1, .6f}, 2, expected);
      assertThat(teacher.probabilities(rows, student.classes()))
          .containsExactly(expected, within(1e-6));
    }
  }

  @Test
  void what_it_can_not_express_is_refused() {
    assertThatThrownBy(() -> EXPORTER.export(student(Logarithm.of(trees(2))), "m.ubj", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it is a forest")
        .hasMessageContaining("it can be a sum of trees");
    assertThatThrownBy(() -> EXPORTER.export(student(trees(2)), "m.bin", Map.of()))
        .hasMessageContaining("expected .json or .ubj");
  }
}
