package dev.distill.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.search.RandomSampler;
import dev.distill.search.TpeSampler;
import dev.distill.spi.Hyperparameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchBenchTest {
  private static String run(String... arguments) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SearchBench.run(List.of(arguments), new PrintStream(bytes, true, UTF_8));
    return bytes.toString(UTF_8);
  }

  @Test
  void functions_have_their_known_minima() {
    assertThat(SearchProblems.branin(Math.PI, 2.275)).isCloseTo(0.397887, within(1e-6));
    assertThat(
            SearchProblems.hartmann6(
                new double[] {0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573}))
        .isCloseTo(-3.32237, within(1e-5));
    assertThat(SearchProblems.rosenbrock(new double[] {1, 1, 1, 1, 1})).isZero();
    assertThat(SearchProblems.ackley(new double[4])).isCloseTo(0, within(1e-12));
    assertThat(SearchProblems.levy(new double[] {1, 1, 1, 1})).isCloseTo(0, within(1e-12));
    assertThat(SearchProblems.griewank(new double[4])).isZero();
    assertThat(SearchProblems.rastrigin(new double[4])).isZero();
    assertThat(SearchProblems.styblinskiTang(new double[] {-2.903534, -2.903534}))
        .isCloseTo(2 * -39.16617, within(1e-4));
  }

  @Test
  void the_mixed_function_is_as_described() {
    Map<String, Object> net = new LinkedHashMap<>();
    net.put("family", "net");
    net.put("temperature", 4.0);
    net.put("hidden", 64);
    net.put("lr", 1e-3);
    net.put("activation", "tanh");
    assertThat(SearchProblems.mixed(new Hyperparameters(net)))
        .isCloseTo(0.05 + 0.25 + 0.04 * 0.25 + 0.15 * 0.25 + 0.04, within(1e-12));
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("family", "tree");
    tree.put("temperature", 2.0);
    tree.put("depth", 9);
    tree.put("eta", 1e-2);
    tree.put("booster", "dart");
    assertThat(SearchProblems.mixed(new Hyperparameters(tree)))
        .isCloseTo(0.30 + 0.008 + 0.1 + 0.05, within(1e-12));
  }

  @Test
  void every_further_problem_has_a_value_where_it_is_searched() {
    List<SearchProblems.Problem> problems = SearchProblems.more();
    assertThat(problems).extracting(SearchProblems.Problem::name).doesNotHaveDuplicates();
    for (SearchProblems.Problem problem : problems) {
      double[] best = SearchBench.search(problem, new RandomSampler(), 1, 20, 3);
      assertThat(best).as(problem.name()).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
      assertThat(best[19]).as(problem.name()).isLessThan(best[0]);
    }
  }

  @Test
  void quantiles_are_those_of_numpy() {
    double[] values = {4, 1, 3, 2};
    assertThat(SearchBench.quantile(values, 0.25)).isEqualTo(1.75);
    assertThat(SearchBench.quantile(values, 0.5)).isEqualTo(2.5);
    assertThat(SearchBench.quantile(values, 1)).isEqualTo(4);
  }

  @Test
  void a_table_is_looked_up_by_the_index_of_sorted_values(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("t.csv");
    Files.writeString(file, "a,b,loss\n10,0.5,1\n9,0.5,2\n10,0.1,3\n9,0.1,4\n");
    SearchProblems.Problem table = SearchProblems.table("t", file);
    Map<String, Object> cell = new LinkedHashMap<>();
    cell.put("a", 0);
    cell.put("b", 1);
    assertThat(table.loss().apply(new Hyperparameters(cell))).isEqualTo(2);
    Files.writeString(file, "a,b,loss\n10,0.5,1\n9,0.5,2\n10,0.1,3\n");
    assertThatThrownBy(() -> SearchProblems.table("t", file))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("3 combinations, expected all 4");
  }

  @Test
  void prints_ours_beside_optunas(@TempDir Path folder) throws IOException {
    StringBuilder json = new StringBuilder("{");
    for (String problem :
        new String[] {
          "branin",
          "hartmann6",
          "rosenbrock5_log",
          "mixed",
          "tabular_german_credit",
          "tabular_titanic"
        }) {
      json.append(json.length() > 1 ? "," : "").append('"').append(problem).append("\":{");
      String comma = "";
      for (String sampler : new String[] {"random", "tpe", "tpe_mv_group"}) {
        // Of the two columns the better one is far below what can be reached at 60.
        double at60 = sampler.equals("tpe_mv_group") ? -1e9 : 1e9;
        json.append(comma)
            .append(
                "\"%s\":{\"best@30\":{\"median\":1e9},\"best@60\":{\"median\":%s}}"
                    .formatted(sampler, at60));
        comma = ",";
      }
      json.append('}');
    }
    Files.writeString(folder.resolve("optuna_baseline.json"), json.append('}'));
    for (String table : new String[] {"tabular_german_credit", "tabular_titanic"}) {
      Files.writeString(folder.resolve(table + ".csv"), "a,loss\n1,0.5\n2,0.25\n3,0.75\n");
    }
    String printed = run("--problems", folder.toString(), "--seeds", "2", "--sampler", "random");
    assertThat(printed)
        .containsPattern("\\| tabular_titanic \\| 0\\.2500 .* \\| yes \\| no \\| yes \\|")
        .contains("at 30 on 6 of 6, at 60 on 0; at 30 at or below plain TPE at 60 on 6.");
  }

  @Test
  void an_ask_and_a_tell_take_their_time() {
    assertThat(SearchOverhead.space().dimensions()).hasSize(20);
    assertThat(SearchOverhead.times(new TpeSampler(), 12, 3)).hasSize(3).doesNotContain(0);
    Hyperparameters best =
        SearchOverhead.space()
            .defaults()
            .with("choice0", "b")
            .with("choice1", "b")
            .with("int0", 6)
            .with("real0", 0.3);
    // What is left: 7 reals, 4 logs, 3 ints and 2 log ints at the low end.
    assertThat(SearchOverhead.loss(best)).isCloseTo(16 * 0.09, within(1e-12));
  }

  @Test
  void refuses_what_it_does_not_know() {
    assertThatThrownBy(() -> run("--sampler", "best"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 'best'");
    assertThatThrownBy(() -> run("--seeds", "0")).hasMessageContaining("--seeds must be");
    assertThatThrownBy(() -> run("--quick", "1")).hasMessageContaining("unknown option --quick");
    assertThatThrownBy(() -> run("--seeds")).hasMessageContaining("--seeds");
  }
}
