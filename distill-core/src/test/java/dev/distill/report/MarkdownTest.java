package dev.distill.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.auto.AutoDistiller;
import dev.distill.auto.Cancellation;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.DistillationTask;
import dev.distill.auto.FakeFamily;
import dev.distill.auto.Planted;
import dev.distill.auto.StudentCatalog;
import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import dev.distill.spi.Teacher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Code;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.junit.jupiter.api.Test;

/** Names that mean something to markdown or HTML, in the summary, the card and alone. */
class MarkdownTest {
  private static final List<String> EVIL =
      List.of(
          "<script>alert(1)</script>",
          "a|b",
          "`code`",
          "``` fence",
          "back\\slash\\|pipe",
          "line\nbreak\r\n# head",
          "[link](http://evil.example)",
          "![img](http://evil.example/x.png)",
          "http://evil.example www.evil.example",
          "@someone #12",
          "<!-- comment",
          "--> <b>bold</b> &amp; &lt;i&gt;",
          "**bold** _it_ ~~no~~",
          "=HYPERLINK(\"http://evil.example\")",
          "\u202egnol\u202c",
          "emoji 😀 und Ümläut",
          " ",
          "x".repeat(300));

  private static final List<Extension> TABLES = List.of(TablesExtension.create());

  private static Node parse(String markdown) {
    return Parser.builder().extensions(TABLES).build().parse(markdown);
  }

  private static List<Node> all(Node node) {
    List<Node> nodes = new ArrayList<>(List.of(node));
    for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
      nodes.addAll(all(child));
    }
    return nodes;
  }

  /** Nothing but our own markup: code, tables, emphasis, and one link to a paper. */
  private static void assertInert(String markdown) {
    for (Node node : all(parse(markdown))) {
      assertThat(node).isNotInstanceOfAny(HtmlBlock.class, Image.class);
      if (node instanceof HtmlInline html) {
        assertThat(html.getLiteral()).isIn("<code>", "</code>");
      }
      if (node instanceof Link link) {
        assertThat(link.getDestination()).startsWith("https://arxiv.org/");
      }
      if (node instanceof Text text && !(node.getParent() instanceof Link)) {
        boolean inCode =
            node.getPrevious() instanceof HtmlInline || node.getNext() instanceof HtmlInline;
        if (!inCode) {
          assertThat(text.getLiteral()).doesNotContain("://", "@someone");
        }
      }
    }
    for (Node node : all(parse(markdown))) {
      if (node instanceof TableRow row) {
        int cells = 0;
        for (Node cell = row.getFirstChild(); cell != null; cell = cell.getNext()) {
          cells++;
        }
        assertThat(cells).isBetween(2, 7);
      }
    }
  }

  private static String shown(Node node) {
    StringBuilder text = new StringBuilder();
    for (Node each : all(node)) {
      if (each instanceof Text t) {
        text.append(t.getLiteral());
      } else if (each instanceof Code c) {
        text.append(c.getLiteral());
      }
    }
    return text.toString();
  }

  @Test
  void a_name_is_shown_as_it_is_in_one_cell_of_a_table() {
    for (String name : EVIL) {
      String table = "| a | b |\n|---|---|\n| " + Markdown.code(name) + " | end |\n";
      assertInert(table);
      List<Node> rows = all(parse(table)).stream().filter(n -> n instanceof TableRow).toList();
      assertThat(rows).as(name).hasSize(2);
      Node row = rows.get(1);
      assertThat(shown(row.getLastChild())).isEqualTo("end");
      String legible = shown(row.getFirstChild());
      if (name.length() < 100 && !name.matches("(?s).*[\\n\\r\u202e\u202c].*|\\s*")) {
        assertThat(legible).isEqualTo(name.strip());
      }
      assertThat(legible.length()).isLessThan(130);
      String html = HtmlRenderer.builder().extensions(TABLES).build().render(parse(table));
      assertThat(html).doesNotContain("<script", "<b>", "<img", "<a ", "\u202e");
    }
  }

  @Test
  void a_sentence_is_shown_as_it_is() {
    for (String name : EVIL) {
      String text = Markdown.text("In '" + name + "' it is far.");
      assertInert(text);
      Node parsed = parse(text);
      assertThat(parsed.getFirstChild()).isSameAs(parsed.getLastChild());
    }
  }

  /** A run whose columns, label and classes are all evil. */
  private static DistillationResult evil() {
    Random random = new Random(1);
    int rows = 400;
    double[] x = new double[rows];
    Table.TextsBuilder level = new Table.TextsBuilder(rows);
    Table.TextsBuilder label = new Table.TextsBuilder(rows);
    for (int i = 0; i < rows; i++) {
      x[i] = random.nextDouble();
      level.add(EVIL.get(random.nextInt(6)));
      label.add(random.nextDouble() < x[i] ? "a|b <script>" : "`c` [d](http://evil.example)");
    }
    Table table =
        new Table(
            "rows",
            List.of(
                new Table.Numbers("x|y <script>alert(1)</script>", x),
                level.build("`level`\n# head"),
                label.build("@someone ![](http://evil.example)")));
    String name = "@someone ![](http://evil.example)";
    Dataset all = Dataset.of(table, name, FeatureEncoder.learn(table, name, Set.of()));
    int first = all.classes().get(0).startsWith("`") ? 1 : 0;
    Teacher teacher =
        batch -> {
          double[] p = new double[2 * batch.rows()];
          for (int i = 0; i < batch.rows(); i++) {
            p[2 * i + first] = p(batch, i);
            p[2 * i + 1 - first] = 1 - p(batch, i);
          }
          return p;
        };
    DistillConfig config = DistillConfig.builder().trials(2).folds(2).threads(1).seed(7).build();
    DistillationTask task = Planted.heldOut(all, teacher.probabilities(all.features()), 0.5, 1);
    return new AutoDistiller(StudentCatalog.of(List.of(FakeFamily.soft("fake.soft"))), config)
        .distill(task, (outcome, best, done, total) -> {}, new Cancellation());
  }

  private static double p(Matrix batch, int row) {
    return Math.min(0.99, Math.max(0.01, batch.get(row, 0)));
  }

  @Test
  void the_card_and_the_summary_of_evil_names_are_inert() {
    DistillationResult result = evil();
    String again = "distill rerun runs/``` <b>x</b>\n# head";
    String card = ModelCard.of(result, Map.of("t|r<i>ain`.csv", "0123"), "4567", again);
    String summary = MarkdownSummary.of(result, again);
    assertInert(card);
    assertInert(summary);
    for (String text : List.of(card, summary)) {
      assertThat(shown(parse(text))).contains("@someone ![](http://evil.example)");
      assertThat(text.lines().filter(line -> line.startsWith("# head"))).isEmpty();
    }
    assertThat(shown(parse(card))).contains("x|y <script>alert(1)</script>", "`c` [d](http");
  }

  @Test
  void the_card_has_what_a_card_needs() {
    String card =
        ModelCard.of(evil(), Map.of("train.csv", "0123abcd"), "4567", "distill rerun out");
    assertThat(card.lines().filter(line -> line.startsWith("## ")))
        .containsExactly(
            "## Model",
            "## Intended use",
            "## Columns and classes",
            "## Metrics",
            "## Data",
            "## By parts",
            "## Ethical considerations",
            "## Limits",
            "## How to repeat it");
    assertThat(card)
        .contains(
            "fake.soft", "0123abcd", "4567", "\ndistill rerun out\n", "Mitchell", "accuracy (")
        .containsPattern("\\| log loss, nats a row \\| 0\\.\\d{4} \\| 0\\.\\d{4} to 0\\.\\d{4} \\|")
        .contains("200, held out of the training rows");
    assertThat(card.split("Fill in:", -1).length - 1).isEqualTo(4);
    assertThat(card).doesNotContain("NaN", "null");
  }

  @Test
  void an_interval_holds_its_figure() {
    DistillationResult result = evil();
    String row =
        Figures.intervals(result)
            .lines()
            .filter(line -> line.startsWith("| accuracy ("))
            .findFirst()
            .orElseThrow();
    String[] cells = row.split("\\|");
    double accuracy = Double.parseDouble(cells[2].strip());
    String[] ends = cells[3].strip().split(" to ");
    assertThat(accuracy).isEqualTo(result.student().test().get("accuracy"), within(5e-5));
    assertThat(accuracy).isBetween(Double.parseDouble(ends[0]), Double.parseDouble(ends[1]));
  }

  private static Offset<Double> within(double offset) {
    return Offset.offset(offset);
  }
}
