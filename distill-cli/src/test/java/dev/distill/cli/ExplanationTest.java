package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplanationTest {
  private static final List<String> LOAN = List.of("good", "bad");

  /** Features: age 0, sex 1, purpose 2 to 4, town 5. */
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new NumberColumn("age"),
              new CategoryColumn("sex", Coding.INDICATORS, List.of("female", "male")),
              new CategoryColumn("purpose", Coding.INDICATORS, List.of("car", "house", "boat")),
              new CategoryColumn(
                  "town", Coding.FREQUENCY_RANK, List.of("Oslo", "Bergen", "Bodø"))));

  @TempDir private Path folder = Path.of("");

  @Test
  void a_small_tree_is_rules_in_the_users_own_words() throws IOException {
    TreeEnsemble tree =
        TreeEnsemble.builder(6, new float[2])
            .vectorTree(11)
            .split(0, 0, 30.5f, 1, 2, true)
            .split(1, 3, .5f, 3, 4, true)
            .split(2, 1, .5f, 5, 6, false)
            .leaf(3, odds(.9))
            .leaf(4, odds(.2))
            .split(5, 5, 1.5f, 7, 8, false)
            .split(6, 0, Float.NEGATIVE_INFINITY, 9, 10, true)
            .leaf(7, odds(.5))
            .leaf(8, odds(.25))
            .leaf(9, odds(.125))
            .leaf(10, odds(.999))
            .build();
    assertThat(explain(SCHEMA, tree, LOAN, 1))
        .startsWith(folder.resolve("student.distill") + ": 1 tree, 11 nodes, to tell 'loan' from")
        .endsWith(
            """
            if age < 30.5 or missing:
              if purpose is 'house':
                → good 80.0 %, bad 20.0 %
              else:
                → bad 90.0 %, good 10.0 %
            else:
              if sex is 'female':
                if town is 'Oslo' or 'Bergen':
                  → good 50.0 %, bad 50.0 %
                else:
                  → good 75.0 %, bad 25.0 %
              else:
                if age is missing:
                  → good 87.5 %, bad 12.5 %
                else:
                  → bad 99.9 %
            """);
  }

  @Test
  void says_where_missing_values_of_categories_go() throws IOException {
    TreeEnsemble tree =
        TreeEnsemble.builder(6, new float[2])
            .vectorTree(7)
            .split(0, 3, .5f, 1, 2, false)
            .split(1, 1, .5f, 3, 4, true)
            .split(2, 3, -.5f, 5, 6, true)
            .leaf(3, odds(.5))
            .leaf(4, odds(.5))
            .leaf(5, odds(.5))
            .leaf(6, odds(.5))
            .build();
    assertThat(explain(SCHEMA, tree, LOAN, 1))
        .contains("if purpose is 'house' or missing:\n  if purpose is missing:\n")
        .contains("else:\n  if sex is 'female' or missing:\n");
  }

  @Test
  void probabilities_of_rules_are_those_after_calibration() throws IOException {
    TreeEnsemble leaf =
        TreeEnsemble.builder(6, new float[2]).vectorTree(1).leaf(0, 0, 2 * odds(.8)[1]).build();
    assertThat(explain(SCHEMA, leaf, LOAN, 2)).endsWith("\n→ bad 80.0 %, good 20.0 %\n");
  }

  /** What each column adds to the log-odds, planted. */
  @Test
  void an_additive_student_is_a_curve_a_column() throws IOException {
    TreeEnsemble curves =
        TreeEnsemble.builder(6, new float[] {0, (float) Math.log(.25 / .75)})
            .tree(5, 1)
            .split(0, 0, 25, 1, 2, false)
            .leaf(1, .5f)
            .split(2, 0, 60, 3, 4, false)
            .leaf(3, -1)
            .leaf(4, 2)
            .tree(3, 1)
            .split(0, 2, .5f, 1, 2, true)
            .leaf(1, .1f)
            .leaf(2, -.2f)
            .tree(3, 1)
            .split(0, 4, .5f, 1, 2, true)
            .leaf(1, 0)
            .leaf(2, .3f)
            .build();
    String text = explain(SCHEMA, curves, LOAN, 1);
    assertThat(text).contains("Start at log-odds -1.10 of 'bad' (good 75.0 %, bad 25.0 %)");
    assertThat(text)
        .endsWith(
            """
            age  (1.22)
              below 25                    +0.50  +++++
              25 to 60                    -1.00  ----------
              60 and above, or missing    +2.00  ++++++++++++++++++++

            purpose  (0.24)
              car                         -0.20  --
              house                       +0.10  +
              boat                        +0.40  ++++
              other or missing            +0.10  +

            without effect: sex, town
            """);
    // Half of everything behind a temperature of 2.
    assertThat(explain(SCHEMA, curves, LOAN, 2))
        .contains("  25 to 60                    -0.50  ----------\n");
  }

  @Test
  void a_long_curve_is_thinned_to_means_of_its_steps() throws IOException {
    int steps = 101;
    TreeEnsemble.Builder builder = TreeEnsemble.builder(1, new float[2]);
    for (int cut = 1; cut < steps; cut++) {
      // A flat curve but for one jump, which must survive.
      builder.tree(3, 1).split(0, 0, cut, 1, 2, true).leaf(1, 0).leaf(2, cut == 50 ? 3 : .001f);
    }
    String text =
        explain(Schema.numbers(List.of("x")), builder.build(), LOAN, 1).replaceAll(" +", " ");
    assertThat(text).contains("x (1.52) 101 steps in 12 lines, each the mean of its steps\n");
    assertThat(text.lines().filter(line -> line.startsWith(" "))).hasSize(12);
    assertThat(text).containsPattern(" to 50 \\+0\\.0\\d\n 50 to \\d+ \\+3\\.0\\d ");
  }

  @Test
  void a_line_whose_steps_differ_says_between_what() throws IOException {
    int steps = 40;
    TreeEnsemble.Builder builder = TreeEnsemble.builder(1, new float[2]);
    for (int cut = 1; cut < steps; cut++) {
      builder.tree(3, 1).split(0, 0, cut, 1, 2, true).leaf(1, 0).leaf(2, .1f);
    }
    assertThat(explain(Schema.numbers(List.of("x")), builder.build(), LOAN, 1).lines())
        .filteredOn(line -> line.startsWith("  below"))
        .singleElement()
        .asString()
        .matches("  below 4, or missing +\\+0\\.15  \\+ \\(\\+0\\.00 to \\+0\\.30\\)");
  }

  @Test
  void more_classes_have_a_figure_each_with_the_mean_zero() throws IOException {
    TreeEnsemble curves =
        TreeEnsemble.builder(1, new float[3])
            .vectorTree(3)
            .split(0, 0, 2.5f, 1, 2, true)
            .leaf(1, 3, 0, 0)
            .leaf(2, 0, 0, 0)
            .vectorTree(3)
            .split(0, 0, 4, 1, 2, true)
            .leaf(1, 0, 0, 0)
            .leaf(2, 0, 1, 2)
            .build();
    assertThat(explain(Schema.numbers(List.of("x")), curves, List.of("a", "b", "c"), 1))
        .contains(
            """
                                           a        b        c
              start                    +0.00    +0.00    +0.00
            """)
        .endsWith(
            """
              below 2.5, or missing    +2.00    -1.00    -1.00
              2.5 to 4                 +0.00    +0.00    +0.00
              4 and above              -1.00    +0.00    +1.00
            """);
  }

  @Test
  void many_classes_are_named_where_a_value_speaks_for_or_against_them_most() throws IOException {
    float[] up = new float[26];
    up[3] = 26;
    up[20] = -26;
    TreeEnsemble curves =
        TreeEnsemble.builder(2, new float[26])
            .vectorTree(3)
            .split(0, 0, 2.5f, 1, 2, true)
            .leaf(1, new float[26])
            .leaf(2, up)
            .vectorTree(3)
            .split(0, 1, 1, 1, 2, true)
            .leaf(1, new float[26])
            .leaf(2, new float[26])
            .build();
    List<String> letters =
        "abcdefghijklmnopqrstuvwxyz".chars().mapToObj(Character::toString).toList();
    assertThat(explain(Schema.numbers(List.of("x", "y")), curves, letters, 1))
        .contains(
            "  below 2.5, or missing  +0.00 for all\n  2.5 and above          d +26.00, u -26.00\n")
        .endsWith("\nwithout effect: y\n");
  }

  @Test
  void a_linear_student_is_what_each_column_adds_and_where_it_bends() throws IOException {
    // age: centre 40, deviation 10, a knot at 50; sex and town straight.
    Standardizer standardizer =
        new Standardizer(
            new float[] {20, 0, 0, 0, 0, 0},
            new float[] {70, 1, 1, 1, 1, 3},
            new double[] {40, .5, .2, .5, .3, 0},
            new double[] {.1, 2, 1, 1, 1, 1},
            new int[] {0},
            new float[] {Float.NaN});
    float[] weights = new float[2 * 8];
    weights[1] = .5f; // age, a deviation
    weights[2 * 6 + 1] = -.25f; // age is missing
    weights[2 * 7 + 1] = -1; // beyond the knot
    weights[2 * 1 + 1] = .1f; // sex
    PortableModel model =
        new StandardizedModel(
            standardizer,
            new HingedModel(
                7,
                new int[] {0},
                new float[] {1},
                DenseNetwork.linear(8, 2, weights, new float[2])));
    assertThat(explain(SCHEMA, model, LOAN, 1))
        .endsWith(
            """
            age  (0.62)  straight between
              at 20               -1.00  --------------------
              at 50               +0.50  ++++++++++
              at 70               -0.50  ----------
              missing             -0.25  -----

            sex  (0.10)
              female              -0.10  --
              male                +0.10  ++
              other or missing    +0.00

            without effect: purpose, town
            """);
  }

  @Test
  void a_straight_column_has_its_slope() throws IOException {
    Standardizer standardizer =
        new Standardizer(
            new float[] {20},
            new float[] {70},
            new double[] {40},
            new double[] {.1},
            new int[0],
            new float[0]);
    PortableModel model =
        new StandardizedModel(
            standardizer, DenseNetwork.linear(1, 2, new float[] {0, .5f}, new float[2]));
    assertThat(explain(Schema.numbers(List.of("age")), model, LOAN, 1))
        .contains("age  (1.25)  +0.0500 for each 1 more\n  at 20");
  }

  @Test
  void other_students_are_refused_with_the_families_to_ask_for() throws IOException {
    TreeEnsemble both =
        TreeEnsemble.builder(2, new float[2])
            .tree(5, 1)
            .split(0, 0, 1, 1, 2, true)
            .split(1, 1, 1, 3, 4, true)
            .leaf(2, 1)
            .leaf(3, 1)
            .leaf(4, 0)
            .tree(1, 1)
            .leaf(0, 1)
            .build();
    Cli.Outcome outcome = inspect(Schema.numbers(List.of("x", "y")), both, LOAN, 1);
    assertThat(outcome.code()).isEqualTo(Main.INPUT);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .contains(
            "this student is not one to read (2 trees, 6 nodes); students to read come from run")
        .contains("--families xgboost.additive");
  }

  @Test
  void a_tree_of_many_leaves_is_refused() throws IOException {
    TreeEnsemble.Builder builder = TreeEnsemble.builder(2, new float[2]).vectorTree(2 * 65 - 1);
    for (int i = 0; i < 64; i++) {
      builder.split(2 * i, i % 2, i, 2 * i + 1, 2 * i + 2, true).leaf(2 * i + 1, 1, 0);
    }
    Cli.Outcome outcome =
        inspect(Schema.numbers(List.of("x", "y")), builder.leaf(2 * 64, 0, 1).build(), LOAN, 1);
    assertThat(outcome.code()).isEqualTo(Main.INPUT);
    assertThat(outcome.err())
        .containsPattern(
            "a tree of 65 leaves is too large to read, at most 64 are; run with --max-bytes \\d{3,4}\\b");
  }

  private static float[] odds(double share) {
    return new float[] {0, (float) Math.log(share / (1 - share))};
  }

  private String explain(
      Schema schema, PortableModel model, List<String> classes, double temperature)
      throws IOException {
    Cli.Outcome outcome = inspect(schema, model, classes, temperature);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome.out().replace(System.lineSeparator(), "\n");
  }

  private Cli.Outcome inspect(
      Schema schema, PortableModel model, List<String> classes, double temperature)
      throws IOException {
    Path file = folder.resolve("student.distill");
    new StudentFile(schema, model, classes, "loan", temperature, new float[0], Map.of())
        .write(file);
    return Cli.run("inspect", file, "--explain");
  }
}
