package dev.distill.report;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.Measured;
import dev.distill.auto.TrialSpec;
import dev.distill.auto.Version;
import dev.distill.data.Dataset;
import dev.distill.runtime.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code MODEL_CARD.md}: what a student is, for people who did not make it. What only they can know
 * who did stands there to be filled in.
 *
 * <p>Mitchell et al., "Model cards for model reporting", 2019.
 */
public final class ModelCard {
  private static final int MOST_COLUMNS = 40;
  private static final int MOST_CLASSES = 40;

  private ModelCard() {}

  /**
   * The text.
   *
   * @param files SHA-256 in hexadecimal of each input file, by its path
   * @param student SHA-256 in hexadecimal of the student's file
   * @param repeat a command that repeats the run; in one line
   */
  public static String of(
      DistillationResult result, Map<String, String> files, String student, String repeat) {
    StringBuilder text = new StringBuilder();
    Dataset train = result.task().train();
    text.append("# Model card: ").append(Markdown.code(train.labelName())).append("\n\n");
    text.append(
        "Made by Distill from a run; after [Mitchell et al., 2019](https://arxiv.org/abs/1810.03993)."
            + " What a run can't know is to be filled in.\n\n");
    details(text, result, student);
    text.append(
        """
        ## Intended use

        > **Fill in:** what its answers decide, who uses them, and what it must not be used for.

        It answers rows with the columns below with a probability of each class. It was fitted to
        answer as its teacher does, so what the teacher gets wrong it gets wrong too.

        """);
    factors(text, result);
    text.append("## Metrics\n\n").append(Figures.models(result)).append('\n');
    text.append(Figures.intervals(result)).append('\n');
    text.append(
        "Losses and divergences are means over the test rows in nats. Intervals of shares are"
            + " Wilson's, others by bootstrap over the test rows. The twin is the same families,"
            + " budget and search on labels alone. Bytes and time were measured in the run.\n\n");
    text.append(Markdown.text(result.verdict().sentence())).append("\n\n");
    data(text, result, files);
    text.append("## By parts\n\n").append(Figures.byConfidence(result)).append('\n');
    String slices = Figures.slices(result);
    text.append(
        slices.isEmpty()
            ? "In no column's values is the student farther from the teacher beyond chance.\n\n"
            : "Where the student is farthest from the teacher, beyond chance:\n\n" + slices + "\n");
    text.append(
        """
        ## Ethical considerations

        > **Fill in:** whom wrong answers harm, which columns stand for people, and how they were
        > collected.

        """);
    limits(text, result);
    text.append("## How to repeat it\n\n```\n").append(fenced(repeat)).append("\n```\n\n");
    text.append(
        "gives the same bytes with the same files and version; `run.yaml` has every option as it was"
            + " in effect, `result.json` every figure.\n");
    return text.toString();
  }

  private static void details(StringBuilder text, DistillationResult result, String student) {
    Measured measured = result.student();
    TrialSpec spec = measured.chosen().spec();
    text.append("## Model\n\n");
    item(text, "family", Markdown.code(spec.family()));
    StringBuilder hyperparameters = new StringBuilder();
    spec.hyperparameters()
        .values()
        .forEach(
            (name, value) ->
                hyperparameters
                    .append(hyperparameters.isEmpty() ? "" : ", ")
                    .append(Markdown.code(name + " " + value)));
    item(text, "hyperparameters", hyperparameters.toString());
    item(
        text,
        "learned from",
        spec.kind() == TrialSpec.Kind.TWIN
            ? "labels alone: it is the hard-label twin"
            : String.format(
                Locale.ROOT,
                "the teacher's probabilities at temperature %.3g with weight %.2f, the labels with"
                    + " the rest",
                spec.temperature(),
                spec.alpha()));
    item(text, "size", String.format(Locale.ROOT, "%,d bytes", measured.cost().bytes()));
    item(text, "SHA-256", Markdown.code(student));
    item(text, "made by", "Distill " + Markdown.text(Version.current()));
    item(text, "owner, contact, licence", "**fill in**");
    text.append('\n');
  }

  private static void item(StringBuilder text, String what, String is) {
    text.append("- ").append(what).append(": ").append(is).append('\n');
  }

  private static void factors(StringBuilder text, DistillationResult result) {
    Dataset train = result.task().train();
    List<String> columns = train.schema().columns().stream().map(Schema.Column::name).toList();
    text.append("## Columns and classes\n\n");
    item(text, columns.size() + " columns", Markdown.codes(columns, MOST_COLUMNS));
    item(
        text,
        train.classes().size() + " classes of " + Markdown.code(train.labelName()),
        Markdown.codes(train.classes(), MOST_CLASSES));
    text.append(
            "\n> **Fill in:** which of these stand for groups of people or of things that must be")
        .append(" served alike.\n\n");
  }

  private static void data(
      StringBuilder text, DistillationResult result, Map<String, String> files) {
    text.append("## Data\n\n");
    item(text, "training rows", String.format(Locale.ROOT, "%,d", result.task().train().rows()));
    item(
        text,
        "test rows",
        String.format(
            Locale.ROOT,
            "%,d, %s",
            result.task().test().rows(),
            result.task().heldOut() ? "held out of the training rows" : "of a file of their own"));
    new TreeMap<>(files)
        .forEach((file, hash) -> item(text, Markdown.code(file), "SHA-256 " + Markdown.code(hash)));
    text.append(
        "\n> **Fill in:** where the rows come from, of what time, and whom they leave out.\n\n");
  }

  private static void limits(StringBuilder text, DistillationResult result) {
    text.append("## Limits\n\n");
    text.append("- ").append(Markdown.text(result.advice().sentence())).append('\n');
    result
        .diagnosis()
        .warnings()
        .forEach(warning -> text.append("- ").append(Markdown.text(warning)).append('\n'));
    if (result.endedEarly()) {
      text.append("- The search ended early: a longer one may find a better student.\n");
    }
    if (result.task().heldOut()) {
      text.append(
          "- Test rows were drawn from the training file: rows of another time or place may be"
              + " answered worse.\n");
    }
    text.append(
        "- It knows no rows unlike those it was fitted on. `distill monitor` tells when rows that it"
            + " is asked about become others.\n\n");
  }

  /** A line that can't end a block of code. */
  private static String fenced(String line) {
    return line.replaceAll("[\\p{Cntrl}]+", " ").replace("```", "'''");
  }
}
