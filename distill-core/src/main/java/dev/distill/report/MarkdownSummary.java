package dev.distill.report;

import dev.distill.auto.Advice;
import dev.distill.auto.DistillationResult;
import java.util.Locale;

/** What came out in GitHub's markdown, short: for a pull request or the summary of a workflow. */
public final class MarkdownSummary {
  private MarkdownSummary() {}

  /**
   * The text.
   *
   * @param repeat a command that repeats the run; in one line
   */
  public static String of(DistillationResult result, String repeat) {
    StringBuilder text = new StringBuilder();
    Advice advice = result.advice();
    text.append(
        "### Distill: %s, a %s\n\n"
            .formatted(
                Markdown.code(result.task().train().labelName()),
                Markdown.code(result.student().chosen().spec().family())));
    text.append(Markdown.text(advice.sentence())).append("\n\n");
    text.append(Figures.models(result)).append('\n');
    text.append(Markdown.text(result.verdict().sentence())).append("\n\n");
    String slices = Figures.slices(result);
    if (!slices.isEmpty()) {
      text.append("Farthest from the teacher, beyond chance:\n\n").append(slices).append('\n');
    }
    result
        .diagnosis()
        .warnings()
        .forEach(warning -> text.append("> ").append(Markdown.text(warning)).append("\n\n"));
    text.append(
        String.format(
            Locale.ROOT,
            "%,d training and %,d test rows, %,d classes, %,d trials%s. Again: %s\n",
            result.task().train().rows(),
            result.task().test().rows(),
            result.task().train().classes().size(),
            result.trials().size(),
            result.endedEarly() ? ", ended early" : "",
            Markdown.code(repeat)));
    return text.toString();
  }
}
