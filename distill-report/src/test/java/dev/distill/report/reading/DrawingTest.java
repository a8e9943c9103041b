package dev.distill.report.reading;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DrawingTest {
  private static StudentFile student(PortableModel model) {
    return new StudentFile(
        Schema.numbers(List.of("a", "b")),
        model,
        List.of("no", "yes"),
        "label",
        2,
        new float[] {0, 0},
        Map.of());
  }

  private static TreeEnsemble.Builder tree(int first, float cut, float below, float above) {
    return TreeEnsemble.builder(2, new float[2])
        .vectorTree(3)
        .split(0, first, cut, 1, 2, false)
        .leaf(1, new float[] {0, below})
        .leaf(2, new float[] {0, above});
  }

  @Test
  void a_small_tree_is_its_questions_and_leaves() {
    JsonNode drawing = Drawing.of(student(tree(1, 1.5f, -2, 2).build())).orElseThrow();
    assertThat(drawing.at("/tree/if").asText()).isEqualTo("b < 1.5");
    assertThat(drawing.at("/tree/then/leaf").asText()).isEqualTo("no 73.1 %, yes 26.9 %");
    assertThat(drawing.at("/tree/else/leaf").asText()).isEqualTo("yes 73.1 %, no 26.9 %");
  }

  @Test
  void trees_of_one_column_each_are_curves_after_calibration() {
    TreeEnsemble two =
        tree(1, 1.5f, -2, 2)
            .vectorTree(3)
            .split(0, 0, 7, 1, 2, true)
            .leaf(1, new float[] {0, 0.5f})
            .leaf(2, new float[] {0, 0})
            .build();
    JsonNode drawing = Drawing.of(student(two)).orElseThrow();
    assertThat(drawing.path("classes")).hasSize(1);
    JsonNode steepest = drawing.at("/curves/0");
    assertThat(steepest.path("column").asText()).isEqualTo("b");
    assertThat(steepest.at("/x/0").asDouble()).isEqualTo(1.5);
    assertThat(steepest.at("/y/0/0").asDouble()).isEqualTo(-1);
    assertThat(steepest.at("/y/1/0").asDouble()).isEqualTo(1);
    assertThat(drawing.at("/curves/1/missing/0").asDouble()).isEqualTo(0.25);
    assertThat(drawing.path("silent").asInt()).isZero();
  }

  @Test
  void what_nobody_can_read_is_not_drawn() {
    TreeEnsemble deep =
        TreeEnsemble.builder(2, new float[2])
            .vectorTree(5)
            .split(0, 0, 1, 1, 2, false)
            .split(1, 1, 1, 3, 4, false)
            .leaf(2, new float[2])
            .leaf(3, new float[2])
            .leaf(4, new float[2])
            .vectorTree(1)
            .leaf(0, new float[2])
            .build();
    assertThat(Drawing.of(student(deep))).isEmpty();
  }
}
