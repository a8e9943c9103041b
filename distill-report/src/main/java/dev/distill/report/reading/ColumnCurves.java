package dev.distill.report.reading;

import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An additive model as each column's curve: what its values add to the log-odds of the second of
 * two classes, or to the logit of each of more classes, after calibration.
 */
final class ColumnCurves {
  /** Lines a column, at most. */
  private static final int MOST_LINES = 12;

  /** More classes than these have no column of their own in the text. */
  private static final int MOST_CLASSES = 8;

  private static final int NAMED_CLASSES = 3;
  private static final int BAR = 20;

  /** Steps of a line that are so far apart are told. */
  private static final double DIFFERENT = 0.1;

  private final StudentFile student;
  private final AdditiveModel model;
  private final boolean two;

  private ColumnCurves(StudentFile student, AdditiveModel model) {
    this.student = student;
    this.model = model;
    two = student.classes().size() == 2;
  }

  /** The curves, the most important column first. */
  static List<String> of(StudentFile student, AdditiveModel model) {
    return new ColumnCurves(student, model).lines();
  }

  /**
   * A line of a curve.
   *
   * @param words which values
   * @param effect on the log-odds, or on each class's logit
   * @param range what to know of steps that differ but stand together; empty if nothing
   */
  private record Line(String words, double[] effect, String range) {
    Line(String words, double[] effect) {
      this(words, effect, "");
    }
  }

  /**
   * A column's curve.
   *
   * @param spread standard deviation of the effects over steps or levels, each counted once
   * @param note what is to know of its lines; empty if nothing
   */
  private record Curve(String column, List<Line> lines, double spread, String note) {}

  private List<String> lines() {
    List<Curve> curves = new ArrayList<>();
    for (int c = 0; c < student.schema().columns().size(); c++) {
      Schema.Column column = student.schema().columns().get(c);
      curves.add(
          column instanceof Schema.CategoryColumn category
              ? levels(c, category)
              : model.jumps() ? steps(c) : bends(c));
    }
    curves.sort(Comparator.comparingDouble(curve -> -curve.spread));
    List<String> text = new ArrayList<>();
    text.add(
        two
            ? "Start at log-odds %s of %s (%s), add a line of each column: p = 1/(1 + exp(−sum))."
                .formatted(
                    Words.signed(effect(model.start())[0]),
                    Words.quoted(student.classes().get(1)),
                    Words.probabilities(student, model.start()))
            : "Start at these logits (%s), add a line of each column: the softmax of the sums."
                .formatted(Words.probabilities(student, model.start())));
    text.add("Columns by how much their values' effects differ (standard deviation in brackets).");
    double largest = 0;
    for (Curve curve : curves) {
      for (Line line : curve.lines) {
        largest = Math.max(largest, Arrays.stream(line.effect).map(Math::abs).max().orElse(0));
      }
    }
    List<Curve> shown = curves.stream().filter(curve -> curve.spread > 5e-4).toList();
    int width = 8;
    for (Curve curve : shown) {
      for (Line line : curve.lines) {
        width = Math.max(width, line.words.length());
      }
    }
    if (!two && student.classes().size() <= MOST_CLASSES) {
      text.add("");
      text.add(row("", width, student.classes()));
      text.add(row("start", width, signed(effect(model.start()))));
    }
    for (Curve curve : shown) {
      text.add("");
      text.add(String.format(Locale.ROOT, "%s  (%.2f)%s", curve.column, curve.spread, curve.note));
      for (Line line : curve.lines) {
        text.add(words(line, width, largest));
      }
    }
    List<String> silent =
        curves.stream().filter(curve -> curve.spread <= 5e-4).map(Curve::column).toList();
    if (!silent.isEmpty()) {
      text.add("");
      text.add("without effect: " + String.join(", ", silent));
    }
    return text;
  }

  private String words(Line line, int width, double largest) {
    if (two) {
      double effect = line.effect[0];
      String bar =
          (effect < 0 ? "-" : "+").repeat((int) Math.round(BAR * Math.abs(effect) / largest));
      String told =
          line.range.isEmpty() || bar.isEmpty() ? bar + line.range : bar + " " + line.range;
      return row(line.words, width, List.of(Words.signed(effect)))
          + (told.isEmpty() ? "" : "  " + told);
    }
    if (line.effect.length <= MOST_CLASSES) {
      return row(line.words, width, signed(line.effect));
    }
    return row(line.words, width, List.of(extremes(line.effect)));
  }

  /** The classes that a line speaks for and against most. */
  private String extremes(double[] effect) {
    List<Integer> order = new ArrayList<>();
    for (int k = 0; k < effect.length; k++) {
      order.add(k);
    }
    order.sort(Comparator.comparingDouble(k -> -effect[k]));
    List<Integer> named = new ArrayList<>(order.subList(0, NAMED_CLASSES));
    named.addAll(order.subList(order.size() - NAMED_CLASSES, order.size()));
    String words =
        named.stream()
            .filter(k -> Math.abs(effect[k]) >= 0.005)
            .map(k -> student.classes().get(k) + " " + Words.signed(effect[k]))
            .collect(Collectors.joining(", "));
    return words.isEmpty() ? "+0.00 for all" : words;
  }

  private static String row(String words, int width, List<String> cells) {
    StringBuilder text = new StringBuilder("  " + words + " ".repeat(width - words.length()));
    for (String cell : cells) {
      text.append("  ").append(" ".repeat(Math.max(0, 7 - cell.length()))).append(cell);
    }
    return text.toString().stripTrailing();
  }

  private static List<String> signed(double[] values) {
    return Arrays.stream(values).mapToObj(Words::signed).toList();
  }

  private double[] effect(double[] logits) {
    return Drawing.effect(student, logits);
  }

  // ---- numbers ----

  private double[] at(int column, float value) {
    float[] row = model.reference();
    row[student.schema().offset(column)] = value;
    return effect(model.contribution(column, row));
  }

  private Curve steps(int column) {
    double[] cuts = model.places(column);
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(0, at(column, Float.NEGATIVE_INFINITY)));
    for (int i = 0; i < cuts.length; i++) {
      steps.add(new Step(i + 1, at(column, (float) cuts[i])));
    }
    double spread = spread(steps.stream().map(Step::effect).toList());
    double[] missing = at(column, Float.NaN);
    boolean first = Arrays.equals(missing, steps.get(0).effect);
    boolean last = !first && Arrays.equals(missing, steps.get(steps.size() - 1).effect);
    thin(steps);
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      @Nullable Double from = i == 0 ? null : cuts[steps.get(i).first - 1];
      @Nullable Double to = i == steps.size() - 1 ? null : cuts[steps.get(i + 1).first - 1];
      boolean holdsMissing = (i == 0 && first) || (i == steps.size() - 1 && last);
      lines.add(
          new Line(
              range(from, to) + (holdsMissing ? ", or missing" : ""),
              steps.get(i).effect,
              two ? range(steps.get(i)) : ""));
    }
    if (!first && !last) {
      lines.add(new Line("missing", missing));
    }
    String note =
        steps.size() < cuts.length + 1
            ? "  %s steps in %s lines, each the mean of its steps"
                .formatted(cuts.length + 1, steps.size())
            : "";
    return new Curve(name(column), lines, spread, note);
  }

  /** Between what the effects of a line's steps are, where its mean alone would mislead. */
  private static String range(Step step) {
    return step.high - step.low < DIFFERENT
        ? ""
        : "(%s to %s)".formatted(Words.signed(step.low), Words.signed(step.high));
  }

  private static String range(@Nullable Double from, @Nullable Double to) {
    if (from == null) {
      return to == null ? "any value" : "below " + Words.number(to);
    }
    return to == null
        ? Words.number(from) + " and above"
        : Words.number(from) + " to " + Words.number(to);
  }

  /**
   * Steps of a curve that stand together.
   *
   * @param first the number of the first one
   * @param effect their mean
   * @param count how many there are
   * @param low the lowest of their effects on the first logit told
   * @param high the highest of these
   */
  private record Step(int first, double[] effect, int count, double low, double high) {
    Step(int first, double[] effect) {
      this(first, effect, 1, effect[0], effect[0]);
    }

    Step with(Step next) {
      double[] mean = new double[effect.length];
      for (int k = 0; k < mean.length; k++) {
        mean[k] = (effect[k] * count + next.effect[k] * next.count) / (count + next.count);
      }
      return new Step(
          first, mean, count + next.count, Math.min(low, next.low), Math.max(high, next.high));
    }

    /** The squared error that putting them together adds (Ward, 1963). */
    double cost(Step next) {
      double sum = 0;
      for (int k = 0; k < effect.length; k++) {
        sum += (effect[k] - next.effect[k]) * (effect[k] - next.effect[k]);
      }
      return sum * count * next.count / (count + next.count);
    }
  }

  /** Puts neighbours together, the most alike first, until there are few. */
  private static void thin(List<Step> steps) {
    while (steps.size() > MOST_LINES) {
      int best = 0;
      for (int i = 1; i + 1 < steps.size(); i++) {
        if (steps.get(i).cost(steps.get(i + 1)) < steps.get(best).cost(steps.get(best + 1))) {
          best = i;
        }
      }
      steps.set(best, steps.get(best).with(steps.remove(best + 1)));
    }
  }

  private Curve bends(int column) {
    double[] places = model.places(column);
    List<Line> lines = new ArrayList<>();
    for (double place : places) {
      lines.add(new Line("at " + Words.number(place), at(column, (float) place)));
    }
    double spread = spread(lines.stream().map(Line::effect).toList());
    double[] missing = at(column, Float.NaN);
    if (Arrays.stream(missing).anyMatch(effect -> Math.abs(effect) > 1e-5)) {
      lines.add(new Line("missing", missing));
    }
    String note = "  straight between";
    if (two && places.length == 2) {
      double slope = (lines.get(1).effect[0] - lines.get(0).effect[0]) / (places[1] - places[0]);
      note = String.format(Locale.ROOT, "  %+.3g for each 1 more", slope);
    }
    return new Curve(name(column), lines, spread, note);
  }

  // ---- categories ----

  private Curve levels(int column, Schema.CategoryColumn category) {
    List<Line> lines = new ArrayList<>();
    List<double[]> effects = new ArrayList<>();
    for (String level : category.levels()) {
      double[] effect = at(column, level);
      effects.add(effect);
      if (lines.size() < MOST_LINES) {
        lines.add(new Line(level, effect));
      }
    }
    int left = category.levels().size() - lines.size();
    // No level of a column can have this name: it is what means missing.
    double[] other = at(column, "");
    double[] missing = at(column, (String) null);
    if (Arrays.equals(other, missing)) {
      lines.add(new Line("other or missing", missing));
    } else {
      lines.add(new Line("(other)", other));
      lines.add(new Line("(missing)", missing));
    }
    return new Curve(
        name(column),
        lines,
        spread(effects),
        left > 0 ? "  and %s rarer levels".formatted(left) : "");
  }

  private double[] at(int column, @Nullable String level) {
    float[] row = model.reference();
    student.schema().encodeCategory(column, level, row, 0);
    return effect(model.contribution(column, row));
  }

  private String name(int column) {
    return student.schema().columns().get(column).name();
  }

  private static double spread(List<double[]> effects) {
    int width = effects.get(0).length;
    double sum = 0;
    for (int k = 0; k < width; k++) {
      double mean = 0;
      for (double[] effect : effects) {
        mean += effect[k] / effects.size();
      }
      for (double[] effect : effects) {
        sum += (effect[k] - mean) * (effect[k] - mean) / effects.size();
      }
    }
    return Math.sqrt(sum / width);
  }
}
