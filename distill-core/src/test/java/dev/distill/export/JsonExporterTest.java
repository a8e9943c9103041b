package dev.distill.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.distill.runtime.StudentFile;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonExporterTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder = Path.of("");

  private Path write(StudentFile student) throws Exception {
    return Files.write(folder.resolve("student.json"), JsonWriter.write(student));
  }

  @Test
  void the_json_of_every_kind_is_as_its_schema_says() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(JsonExporter.class.getResourceAsStream("student.schema.json"))) {
      Schema schema =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(JSON.readTree(in));
      for (StudentFile student : Samples.each()) {
        JsonNode json = JSON.readTree(JsonWriter.write(student));
        assertThat(schema.validate(json)).isEmpty();
        ((com.fasterxml.jackson.databind.node.ObjectNode) json.get("model")).put("extra", 1);
        assertThat(schema.validate(json)).isNotEmpty();
      }
    }
  }

  @Test
  void a_student_comes_back_to_the_byte() throws Exception {
    for (StudentFile student : Samples.each()) {
      assertThat(JsonReader.read(write(student)).toBytes()).isEqualTo(student.toBytes());
    }
  }

  @Test
  void every_float_comes_back_also_where_a_reader_has_doubles_alone() throws Exception {
    JsonNode model = JSON.readTree(JsonWriter.write(Samples.each().get(0))).get("model");
    assertThat(model.get("trees")).hasSize(3);
    StudentFile student = Samples.of(Samples.trees(40, 1, 12));
    JsonNode tree =
        JSON.readTree(JsonWriter.write(student)).get("model").get("trees").get(0).get("threshold");
    int checked = 0;
    for (int node = 0; node < tree.size(); node++) {
      if (tree.get(node).isNumber() && !isLeaf(student, node)) {
        float threshold = ((dev.distill.runtime.TreeEnsemble) student.model()).threshold(0, node);
        assertThat((float) Double.parseDouble(tree.get(node).asText())).isEqualTo(threshold);
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(4000);
  }

  private static boolean isLeaf(StudentFile student, int node) {
    return ((dev.distill.runtime.TreeEnsemble) student.model()).isLeaf(0, node);
  }

  @Test
  void damage_is_found_and_said() throws Exception {
    StudentFile student = Samples.each().get(0);
    Path file = write(student);
    String text = Files.readString(file);
    assertThat(new JsonExporter().opens(file)).isTrue();
    Files.writeString(file, text.replace("\"temperature\":1.25", "\"temperature\":1.5"));
    assertThatThrownBy(() -> JsonReader.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("student.json: verification row 0 scores otherwise");
    Files.writeString(file, text.replace("\"base\"", "\"bas\""));
    assertThatThrownBy(() -> JsonReader.read(file)).hasMessage(file + ": no field 'base'");
    Files.writeString(file, text.substring(0, text.length() / 2));
    assertThatThrownBy(() -> JsonReader.read(file)).hasMessageContaining("is no JSON");
    Files.writeString(file, text.replace("distill-student", "other"));
    assertThat(new JsonExporter().opens(file)).isFalse();
  }
}
