package dev.distill.report.reading;

import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** How explanations say numbers, levels and probabilities. */
final class Words {
  private static final int MOST_CLASSES = 4;

  private Words() {}

  /** A value of a column, to the digits that float32 has. */
  static String number(double value) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(7)).stripTrailingZeros();
    boolean plain = Math.abs(value) < 1e9 && (value == 0 || Math.abs(value) > 1e-5);
    return plain ? rounded.toPlainString() : rounded.toString();
  }

  /** A contribution, with its sign and two digits. */
  static String signed(double value) {
    String text = String.format(Locale.ROOT, "%+.2f", value);
    return text.equals("-0.00") ? "+0.00" : text;
  }

  static String quoted(String level) {
    return "'" + level + "'";
  }

  /** The column that a feature belongs to. */
  static int column(Schema schema, int feature) {
    int column = 0;
    while (column + 1 < schema.columns().size() && schema.offset(column + 1) <= feature) {
      column++;
    }
    return column;
  }

  /** The probabilities of a student's logits, the largest first, those below 0.5 % left out. */
  static String probabilities(StudentFile student, double[] logits) {
    double max = Arrays.stream(logits).max().orElseThrow();
    double[] p = new double[logits.length];
    double sum = 0;
    for (int k = 0; k < p.length; k++) {
      p[k] = Math.exp((logits[k] - max) / student.temperature());
      sum += p[k];
    }
    List<Integer> order = new ArrayList<>();
    for (int k = 0; k < p.length; k++) {
      p[k] /= sum;
      order.add(k);
    }
    order.sort(Comparator.comparingDouble(k -> -p[k]));
    List<String> words = new ArrayList<>();
    for (int k : order.subList(0, Math.min(MOST_CLASSES, order.size()))) {
      if (words.isEmpty() || p[k] >= 0.005) {
        words.add(String.format(Locale.ROOT, "%s %.1f %%", student.classes().get(k), 100 * p[k]));
      }
    }
    return String.join(", ", words);
  }
}
