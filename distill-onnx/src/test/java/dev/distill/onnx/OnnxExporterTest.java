package dev.distill.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That it answers alike is tested in distill-cli. */
class OnnxExporterTest {
  private static final OnnxExporter EXPORTER = new OnnxExporter();

  @TempDir private Path folder = Path.of("");

  private static StudentFile student(String column) {
    Schema schema =
        new Schema(
            List.of(
                new NumberColumn(column),
                new CategoryColumn("_city", Coding.INDICATORS, List.of("Oslo", "Rome", "Bonn"))));
    DenseNetwork linear =
        DenseNetwork.linear(
            4, 2, new float[] {1, -1, .5f, 0, -.5f, 1, 0, 2}, new float[] {.1f, .2f});
    return new StudentFile(
        schema, linear, List.of("no", "yes"), "income", 1.5, new float[0], Map.of("family", "f"));
  }

  private static byte[] export(String column) {
    return Objects.requireNonNull(
        EXPORTER.export(student(column), "m.onnx", Map.of()).get("m.onnx"));
  }

  @Test
  void says_what_it_needs_and_what_it_is() throws Exception {
    ModelProto model = ModelProto.parseFrom(export("age"));
    assertThat(model.getOpsetImportList())
        .extracting(o -> o.getDomain() + " " + o.getVersion())
        .containsExactly(" 17", "ai.onnx.ml 3");
    assertThat(model.getMetadataPropsList())
        .extracting(p -> p.getKey() + "=" + p.getValue())
        .containsExactlyInAnyOrder(
            "family=f", "label=income", "opset=17", "ai.onnx.ml=3", "classes=no\nyes");
    assertThat(model.getGraph().getInputList())
        .extracting(i -> i.getName())
        .containsExactly("age", "_city");
  }

  @Test
  void an_export_can_teach_from_raw_rows() throws Exception {
    StudentFile student = student("age");
    Path file = Files.write(folder.resolve("m.onnx"), export("age"));
    Table rows =
        new Table(
            "t",
            List.of(
                new Table.Numbers("age", new double[] {.3, 2, -1}),
                new Table.Texts("_city", new int[] {0, 2, 1}, List.of("Oslo", "Bonn", "Paris"))));
    try (TeacherModel teacher = new OnnxTeachers().open(file.toString())) {
      teacher.check(rows, student.classes());
      double[] expected = new double[6];
      student.score(rows.features(student.schema()), 3, expected);
      assertThat(teacher.probabilities(rows, student.classes()))
          .containsExactly(expected, within(1e-6));
    }
  }

  @Test
  void a_column_called_like_an_output_is_refused() {
    assertThatThrownBy(() -> export("label"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column 'label': ONNX can't have an input of this name");
  }
}
