package dev.distill.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComparePageTest {
  private static RunFolder run(String name, int seed, double kl) {
    ObjectNode result = new MadeUp(2, 5, 0, false).result();
    result.put("seed", seed);
    ((ObjectNode) result.at("/student/test")).put("kl", kl);
    return new RunFolder(name, result, List.of(), Optional.empty());
  }

  private static void files(RunFolder run, String which, String hash) {
    ((ObjectNode) run.result().at("/data/sha256")).put(which, hash.repeat(64));
  }

  @Test
  void runs_of_the_same_files_have_a_mean_and_a_deviation() {
    String text =
        ComparePage.text(List.of(run("a", 1, 0.02), run("b", 2, 0.04), run("c", 3, 0.06)));
    assertThat(text.lines().map(String::strip))
        .anyMatch(line -> line.startsWith("a ") && line.contains("0.0200"))
        .anyMatch(line -> line.startsWith("mean") && line.contains("0.0400"))
        .anyMatch(line -> line.startsWith("standard deviation") && line.contains("0.0200"));
    assertThat(text).doesNotContain("different test rows", "says little");
  }

  @Test
  void a_gap_within_noise_has_no_share_that_is_closed() {
    RunFolder noise = run("b", 2, 0.04);
    assertThat(ComparePage.text(List.of(run("a", 1, 0.02), noise))).containsPattern("mean .* 96 %");
    ObjectNode gap = (ObjectNode) noise.result().at("/comparison/gap_closed_log_loss_interval");
    gap.put("estimate", 271.46).putNull("low").putNull("high");
    assertThat(ComparePage.text(List.of(run("a", 1, 0.02), noise)).lines())
        .anyMatch(line -> line.startsWith("a ") && line.contains("96 %"))
        .anyMatch(line -> line.startsWith("b ") && line.contains("–"))
        .anyMatch(line -> line.startsWith("mean") && line.contains("–"))
        .noneMatch(line -> line.contains("27146"));
  }

  @Test
  void other_test_rows_are_told_of() {
    RunFolder a = run("a", 1, 0.02);
    RunFolder b = run("b", 1, 0.03);
    files(a, "test", "a");
    files(b, "test", "b");
    assertThat(ComparePage.text(List.of(a, b)))
        .contains("different test rows")
        .doesNotContain("mean");
  }

  @Test
  void other_labels_are_told_of() {
    RunFolder b = run("b", 1, 0.03);
    ((ObjectNode) b.result().path("data")).put("label", "other");
    assertThat(ComparePage.text(List.of(run("a", 1, 0.02), b)))
        .contains("predict different columns");
  }

  @Test
  void test_rows_that_were_held_out_by_another_seed_are_others() {
    RunFolder a = run("a", 1, 0.02);
    RunFolder b = run("b", 2, 0.03);
    for (RunFolder run : List.of(a, b)) {
      ((ObjectNode) run.result().path("data")).put("test_held_out_of_train", true);
    }
    assertThat(ComparePage.text(List.of(a, b))).contains("different test rows");
  }

  @Test
  void a_name_with_control_characters_and_markup_is_inert() {
    RunFolder odd = run("\u001b[31m<b>" + "x".repeat(100), 1, 0.02);
    String text = ComparePage.text(List.of(odd, run("b", 1, 0.02)));
    assertThat(text).doesNotContain("\u001b").contains("…xxx");
    assertThat(ComparePage.of(List.of(odd, run("b", 1, 0.02)))).doesNotContain("<b>xxx");
  }
}
