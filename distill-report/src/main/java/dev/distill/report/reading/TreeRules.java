package dev.distill.report.reading;

import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A single tree as indented if/else rules in the terms of the user's columns. */
final class TreeRules {
  /** The most leaves that are worth reading. */
  static final int MOST_LEAVES = 64;

  private static final int MOST_LEVELS = 6;

  private final StudentFile student;
  private final TreeEnsemble tree;
  private final List<String> lines = new ArrayList<>();

  TreeRules(StudentFile student, TreeEnsemble tree) {
    this.student = student;
    this.tree = tree;
  }

  /** The rules, one line each. */
  static List<String> of(StudentFile student, TreeEnsemble tree) {
    TreeRules rules = new TreeRules(student, tree);
    rules.write(0, "");
    return rules.lines;
  }

  /** How many leaves a tree has. */
  static int leaves(TreeEnsemble tree) {
    return (tree.nodes(0) + 1) / 2;
  }

  private void write(int node, String indent) {
    if (tree.isLeaf(0, node)) {
      lines.add(indent + "→ " + leaf(node));
      return;
    }
    Question question = question(node);
    int left = tree.left(0, node);
    if (question.words.isEmpty()) {
      // One side is reached by no row.
      write(question.holdsLeft ? left : left + 1, indent);
      return;
    }
    lines.add(indent + "if " + question.words + ":");
    write(question.holdsLeft ? left : left + 1, indent + "  ");
    lines.add(indent + "else:");
    write(question.holdsLeft ? left + 1 : left, indent + "  ");
  }

  /**
   * A split in words.
   *
   * @param words what is asked; empty if all rows go the same way
   * @param holdsLeft whether a row of which it holds goes left
   */
  record Question(String words, boolean holdsLeft) {}

  Question question(int node) {
    int feature = tree.feature(0, node);
    float cut = tree.threshold(0, node);
    boolean missingLeft = tree.missingLeft(0, node);
    int c = Words.column(student.schema(), feature);
    Schema.Column column = student.schema().columns().get(c);
    if (column instanceof Schema.CategoryColumn category) {
      return category.coding() == Schema.Coding.FREQUENCY_RANK
          ? ranked(category, cut, missingLeft)
          : indicated(category, feature - student.schema().offset(c), cut, missingLeft);
    }
    if (cut <= -Float.MAX_VALUE || cut == Float.POSITIVE_INFINITY) {
      return missing(column, missingLeft, cut < 0);
    }
    String words = column.name() + " < " + Words.number(cut);
    return new Question(missingLeft ? words + " or missing" : words, true);
  }

  /**
   * A split that parts nothing but missing values from the others, or nothing at all.
   *
   * @param leftIsEmpty whether no value goes left, else all do
   */
  private static Question missing(Schema.Column column, boolean missingLeft, boolean leftIsEmpty) {
    return new Question(
        missingLeft == leftIsEmpty ? column.name() + " is missing" : "",
        missingLeft == leftIsEmpty ? missingLeft : !leftIsEmpty);
  }

  private static Question indicated(
      Schema.CategoryColumn column, int indicator, float cut, boolean missingLeft) {
    if (!(cut > 0 && cut <= 1)) {
      return missing(column, missingLeft, cut <= 0);
    }
    // One feature stands for two levels, of which the first is 0; else a feature is 1 for its own.
    boolean two = column.levels().size() == 2;
    String level = Words.quoted(column.levels().get(two ? 0 : indicator));
    String words = column.name() + " is " + level;
    return new Question(two == missingLeft ? words + " or missing" : words, two);
  }

  private static Question ranked(Schema.CategoryColumn column, float cut, boolean missingLeft) {
    int below = (int) Math.min(Math.ceil(cut), column.levels().size() + 1.0);
    if (below <= 0) {
      return missing(column, missingLeft, true);
    }
    if (below > column.levels().size()) {
      return missing(column, missingLeft, false);
    }
    List<String> in = column.levels().subList(0, below);
    String words =
        in.size() <= MOST_LEVELS
            ? levels(in)
            : "one of the %s commonest levels, %s to %s"
                .formatted(in.size(), Words.quoted(in.get(0)), Words.quoted(in.get(below - 1)));
    return new Question(column.name() + " is " + words + (missingLeft ? " or missing" : ""), true);
  }

  private static String levels(List<String> levels) {
    return levels.stream().map(Words::quoted).collect(Collectors.joining(" or "));
  }

  /** The probabilities of a leaf, the largest first. */
  String leaf(int node) {
    int classes = tree.classes();
    double[] logits = new double[classes];
    for (int k = 0; k < classes; k++) {
      logits[k] = (double) tree.base(k) + tree.leaf(0, node, k);
    }
    return Words.probabilities(student, logits);
  }
}
