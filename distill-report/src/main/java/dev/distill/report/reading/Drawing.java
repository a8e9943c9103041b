package dev.distill.report.reading;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A student that a person can read, for a script that draws it: the nodes of a small tree, or the
 * curves of an additive model.
 */
public final class Drawing {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MathContext DIGITS = new MathContext(4);

  /** Curves that a person will look at. */
  private static final int MOST_CURVES = 12;

  private static final int MOST_POINTS = 200;
  private static final int MOST_LEVELS = 12;

  /** More classes than these have shorter curves each, for the sake of the page's size. */
  private static final int FEW_CLASSES = 3;

  private Drawing() {}

  /**
   * What to draw, if the student is one to read.
   *
   * @return {@code tree}: {@code if}, {@code then} and {@code else}, or {@code leaf}; or {@code
   *     curves}, the steepest first: {@code column}, {@code levels} of a category or the places
   *     {@code x} of a number, {@code y} for each of them (of a number that {@code jumps}: of what
   *     is below the first place, and from each on) what it adds to each of {@code classes}, and
   *     {@code missing}; {@code silent}: how many more columns there are
   */
  public static Optional<ObjectNode> of(StudentFile student) {
    TreeEnsemble tree =
        student.model() instanceof TreeEnsemble trees && trees.trees() == 1 ? trees : null;
    if (tree != null && TreeRules.leaves(tree) <= TreeRules.MOST_LEAVES) {
      ObjectNode drawing = JSON.createObjectNode();
      node(new TreeRules(student, tree), tree, 0, drawing.putObject("tree"));
      return Optional.of(drawing);
    }
    return AdditiveModel.of(student.schema(), student.model()).map(model -> curves(student, model));
  }

  private static void node(TreeRules rules, TreeEnsemble tree, int node, ObjectNode out) {
    if (tree.isLeaf(0, node)) {
      out.put("leaf", rules.leaf(node));
      return;
    }
    TreeRules.Question question = rules.question(node);
    int left = tree.left(0, node);
    int yes = question.holdsLeft() ? left : left + 1;
    if (question.words().isEmpty()) {
      node(rules, tree, yes, out);
      return;
    }
    out.put("if", question.words());
    node(rules, tree, yes, out.putObject("then"));
    node(rules, tree, question.holdsLeft() ? left + 1 : left, out.putObject("else"));
  }

  /** A curve with how far its values' effects are apart. */
  private record Curve(ObjectNode node, double range) {}

  private static ObjectNode curves(StudentFile student, AdditiveModel model) {
    List<Curve> curves = new ArrayList<>();
    Schema schema = student.schema();
    for (int c = 0; c < schema.columns().size(); c++) {
      Curve curve =
          schema.columns().get(c) instanceof Schema.CategoryColumn category
              ? levels(student, model, c, category)
              : numbers(student, model, c);
      if (curve.range > 0) {
        curves.add(curve);
      }
    }
    curves.sort(Comparator.comparingDouble(curve -> -curve.range));
    ObjectNode drawing = JSON.createObjectNode();
    ArrayNode classes = drawing.putArray("classes");
    List<String> names = student.classes();
    (names.size() == 2 ? names.subList(1, 2) : names).forEach(classes::add);
    ArrayNode array = drawing.putArray("curves");
    curves.stream().limit(MOST_CURVES).forEach(curve -> array.add(curve.node));
    drawing.put("silent", schema.columns().size() - array.size());
    return drawing;
  }

  private static Curve levels(
      StudentFile student, AdditiveModel model, int column, Schema.CategoryColumn category) {
    ObjectNode node = JSON.createObjectNode();
    node.put("column", category.name());
    ArrayNode levels = node.putArray("levels");
    List<double[]> effects = new ArrayList<>();
    for (String level :
        category.levels().subList(0, Math.min(MOST_LEVELS, category.levels().size()))) {
      levels.add(level);
      effects.add(at(student, model, column, level));
    }
    put(node.putArray("y"), effects);
    put(node.putArray("missing"), at(student, model, column, (String) null));
    return new Curve(node, range(effects));
  }

  private static Curve numbers(StudentFile student, AdditiveModel model, int column) {
    double[] places = model.places(column);
    int most = student.classes().size() > FEW_CLASSES ? MOST_POINTS / 4 : MOST_POINTS;
    int step = Math.max(1, (places.length + most - 1) / most);
    ObjectNode node = JSON.createObjectNode();
    node.put("column", student.schema().columns().get(column).name());
    node.put("jumps", model.jumps());
    ArrayNode x = node.putArray("x");
    List<double[]> effects = new ArrayList<>();
    if (model.jumps()) {
      effects.add(at(student, model, column, Float.NEGATIVE_INFINITY));
    }
    for (int i = 0; i < places.length; i += step) {
      x.add(new BigDecimal(places[i]).round(new MathContext(7)).doubleValue());
      effects.add(at(student, model, column, (float) places[i]));
    }
    put(node.putArray("y"), effects);
    put(node.putArray("missing"), at(student, model, column, Float.NaN));
    return new Curve(node, effects.isEmpty() ? 0 : range(effects));
  }

  private static double[] at(StudentFile student, AdditiveModel model, int column, float value) {
    float[] row = model.reference();
    row[student.schema().offset(column)] = value;
    return effect(student, model.contribution(column, row));
  }

  private static double[] at(
      StudentFile student, AdditiveModel model, int column, @Nullable String level) {
    float[] row = model.reference();
    student.schema().encodeCategory(column, level, row, 0);
    return effect(student, model.contribution(column, row));
  }

  /** The log-odds of the second class of two, or logits with the mean 0. */
  static double[] effect(StudentFile student, double[] logits) {
    if (logits.length == 2) {
      return new double[] {(logits[1] - logits[0]) / student.temperature()};
    }
    double mean = Arrays.stream(logits).average().orElse(0);
    return Arrays.stream(logits).map(z -> (z - mean) / student.temperature()).toArray();
  }

  private static double range(List<double[]> effects) {
    double widest = 0;
    for (int k = 0; k < effects.get(0).length; k++) {
      int own = k;
      double low = effects.stream().mapToDouble(e -> e[own]).min().orElse(0);
      double high = effects.stream().mapToDouble(e -> e[own]).max().orElse(0);
      widest = Math.max(widest, high - low);
    }
    return widest < 5e-4 ? 0 : widest;
  }

  private static void put(ArrayNode array, List<double[]> effects) {
    effects.forEach(effect -> put(array.addArray(), effect));
  }

  private static void put(ArrayNode array, double[] effect) {
    for (double value : effect) {
      array.add(new BigDecimal(value).round(DIGITS).doubleValue());
    }
  }
}
