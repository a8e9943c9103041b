package dev.distill.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distill.runtime.TreeEnsemble;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page in a real Chromium. Without one the tests are skipped, unless the environment variable
 * DISTILL_BROWSER is "required", as it is in CI.
 */
class ReportInBrowserTest {
  private static Browser browser;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void open() throws Exception {
    Optional<Path> program = Browser.program();
    assumeTrue(
        program.isPresent() || "required".equals(System.getenv("DISTILL_BROWSER")),
        "no chromium on PATH (apt-get install chromium): the page is not tried in a browser");
    browser = new Browser(program.orElseThrow());
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  private Path page(MadeUp run) throws Exception {
    Path file = run.write(folder.resolve("run")).resolve("report.html");
    return Files.writeString(file, ReportPage.of(RunFolder.read(folder.resolve("run"))));
  }

  /** The page is drawn, and neither complained nor asked for anything. */
  private static void isWhole(Path file) throws Exception {
    assertThat(browser.value("document.documentElement.dataset.drawn").asText()).isEqualTo("yes");
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests())
        .allMatch(url -> url.equals(file.toUri().toString()) || url.startsWith("data:"));
  }

  private static int count(String selector) throws Exception {
    return browser
        .value("document.querySelectorAll(%s).length".formatted(quoted(selector)))
        .asInt();
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  @ParameterizedTest
  @CsvSource({"2, 5, 20", "7, 54, 40", "26, 500, 2000"})
  void every_chart_has_its_marks(int classes, int columns, int trials) throws Exception {
    Path file = page(new MadeUp(classes, columns, trials, false));
    long start = System.nanoTime();
    browser.open(file, 1600, false);
    isWhole(file);
    int pruned = trials / 5;
    int complete = trials - pruned - 1; // one failed
    assertThat(count("#pareto .plot .dot")).isBetween(complete * 3 / 4, complete);
    assertThat(count("#pareto .plot .dot.front")).isPositive();
    assertThat(count("#pareto .plot .step")).isEqualTo(1);
    assertThat(count("#reliability .plot .series")).isEqualTo(3);
    assertThat(count("#reliability .plot .mark")).isEqualTo(3 * 8);
    assertThat(count("#sorted .plot .series")).isEqualTo(3);
    assertThat(count("#quantiles .plot .mark")).isEqualTo(2 * 101);
    assertThat(count("#confidence .plot .bar-agree")).isEqualTo(4);
    assertThat(count("#confusion .plot .cell")).isEqualTo(classes * classes);
    assertThat(count("#slices .plot .mark.student")).isEqualTo(3);
    assertThat(count("details.row")).isEqualTo(20);
    assertThat(count("#history .plot .dot")).isEqualTo(complete);
    assertThat(count("#history .plot .lane.pruned")).isEqualTo(pruned);
    assertThat(count("#history .plot .lane.failed")).isEqualTo(1);
    assertThat(count("#parallel .plot .line")).isEqualTo(complete);
    assertThat(count("#importance .plot .bar-student")).isEqualTo(3);
    assertThat(count("#temperature .plot .dot")).isEqualTo(complete);
    assertThat(count("#alpha .plot .dot")).isEqualTo(complete);
    assertThat((System.nanoTime() - start) / 1e9).as("seconds to draw").isLessThan(60);
  }

  @Test
  void every_chart_has_a_name_and_a_table() throws Exception {
    browser.open(page(new MadeUp(3, 5, 20, false)), 1600, false);
    int charts = count("figure .plot > svg");
    assertThat(charts).isGreaterThan(10);
    assertThat(count("figure .plot > svg[role=img][aria-label]")).isEqualTo(charts);
    assertThat(count("figure > details")).isEqualTo(charts);
    browser.value(
        "new Promise(done => { document.querySelectorAll('figure > details').forEach(d => d.open ="
            + " true); setTimeout(done, 200); })");
    assertThat(count("figure > details table tbody tr")).isGreaterThan(charts);
    assertThat(count("figure > details:not(:has(tbody tr))")).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {390, 1600})
  void hostile_names_stay_text(int width) throws Exception {
    Path file = page(new MadeUp(11, 12, 30, true));
    browser.open(file, width, false);
    browser.value("document.querySelectorAll('details').forEach(d => d.open = true)");
    isWhole(file);
    assertThat(browser.value("window.broken === undefined").asBoolean()).isTrue();
    assertThat(count("img, iframe, object, a[href^=http], svg[onload], script:not([id])"))
        .isEqualTo(2); // the library and ours
    assertThat(browser.value("document.body.innerText").asText())
        .contains("<script>window.broken=1</script>", "{{verdict}} {{{data}}}");
    assertThat(overflow()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"2, 390", "26, 390", "26, 768", "26, 1600"})
  void nothing_sticks_out_of_the_window(int classes, int width) throws Exception {
    browser.open(page(new MadeUp(classes, 40, 60, false)), width, true);
    assertThat(overflow()).isZero();
  }

  private static int overflow() throws Exception {
    return browser
        .value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        .asInt();
  }

  @Test
  void the_pointer_shows_a_trial_and_a_click_pins_it() throws Exception {
    browser.open(page(new MadeUp(3, 5, 20, false)), 1600, false);
    browser.value("document.getElementById('pareto').scrollIntoView({behavior: 'instant'})");
    String box =
        "(() => { const b = document.querySelector('#pareto .plot"
            + " .dot.front').getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height /"
            + " 2]; })()";
    double x = browser.value(box).get(0).asDouble();
    double y = browser.value(box).get(1).asDouble();
    browser.move(x, y);
    assertThat(browser.value("document.getElementById('tip').textContent").asText())
        .contains("loss", "made.");
    assertThat(count("#pinned h3")).isZero();
    browser.click(x, y);
    assertThat(browser.value("document.getElementById('pinned').textContent").asText())
        .contains("made.", "Time of a row", "distill pick --study FILE --trial");
    assertThat(count("#front button[aria-pressed=true]")).isEqualTo(1);
    browser.click(x, y);
    assertThat(count("#pinned h3")).isZero();
  }

  @Test
  void a_trial_is_pinned_by_a_button_and_a_family_shown_alone() throws Exception {
    browser.open(page(new MadeUp(3, 5, 20, false)), 1600, false);
    browser.value("document.querySelector('#front button').click()");
    assertThat(count("#pinned h3")).isEqualTo(1);
    assertThat(count("#pareto .plot .chosen.pin")).isEqualTo(1);
    browser.value("document.querySelectorAll('#families button')[1].click()");
    assertThat(count("#pareto .plot .dot.dim")).isPositive();
    assertThat(count("#families button[aria-pressed=true]")).isEqualTo(1);
  }

  @Test
  void with_a_family_chosen_its_own_settings_are_drawn() throws Exception {
    browser.open(page(new MadeUp(3, 5, 20, false)), 1600, false);
    String texts = "document.querySelector('#parallel .plot svg').textContent";
    assertThat(browser.value(texts).asText()).contains("family").doesNotContain("eta");
    browser.value(
        "(() => { const s = document.getElementById('family'); s.value = 'made.trees';"
            + " s.dispatchEvent(new Event('change')); })()");
    assertThat(browser.value(texts).asText()).contains("eta", "depth");
  }

  @Test
  void another_class_is_drawn_when_chosen() throws Exception {
    browser.open(page(new MadeUp(7, 5, 20, false)), 1600, false);
    String path = "document.querySelector('#sorted .plot .series.student').getAttribute('d')";
    String before = browser.value(path).asText();
    browser.value(
        "(() => { const s = document.getElementById('class'); s.value = s.value === '3' ? '4' :"
            + " '3'; s.dispatchEvent(new Event('change')); })()");
    assertThat(browser.value(path).asText()).isNotEqualTo(before);
  }

  @Test
  void a_tree_and_curves_are_drawn() throws Exception {
    TreeEnsemble.Builder tree =
        TreeEnsemble.builder(2, new float[2])
            .vectorTree(3)
            .split(0, 0, 1.5f, 1, 2, false)
            .leaf(1, new float[] {1, -1})
            .leaf(2, new float[] {-1, 1});
    for (boolean two : new boolean[] {false, true}) {
      Path run = new MadeUp(2, 2, 5, false).write(folder.resolve("two" + two));
      if (two) {
        tree.vectorTree(3)
            .split(0, 1, 7f, 1, 2, false)
            .leaf(1, new float[] {0.5f, 0})
            .leaf(2, new float[] {0, 0.25f});
      }
      Students.of(tree.build()).write(run.resolve("student.distill"));
      Path file = run.resolve("report.html");
      Files.writeString(file, ReportPage.of(RunFolder.read(run)));
      browser.open(file, 1600, false);
      isWhole(file);
      assertThat(count("#reading .edge")).isEqualTo(two ? 0 : 2);
      assertThat(count("#reading .series")).isEqualTo(two ? 2 : 0);
    }
  }

  @Test
  void runs_are_drawn_side_by_side() throws Exception {
    RunFolder a = RunFolder.read(new MadeUp(2, 5, 5, true).write(folder.resolve("a")));
    RunFolder b = RunFolder.read(new MadeUp(2, 5, 5, true).write(folder.resolve("<b>")));
    Path file = Files.writeString(folder.resolve("compare.html"), ComparePage.of(List.of(a, b)));
    for (int width : new int[] {390, 1600}) {
      browser.open(file, width, false);
      isWhole(file);
      assertThat(count("#kl .plot .mark")).isEqualTo(4);
      assertThat(count("#loss .plot .mark")).isEqualTo(6);
      assertThat(overflow()).isZero();
    }
  }
}
