package dev.distill.report.reading;

import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.List;
import java.util.Optional;

/** A student in a text that a person can read: rules of a small tree, or a curve a column. */
public final class Explanation {
  private Explanation() {}

  /**
   * The text, one line each.
   *
   * @throws IllegalArgumentException if the student is none that a person can read
   */
  public static List<String> of(StudentFile student) {
    TreeEnsemble tree =
        student.model() instanceof TreeEnsemble trees && trees.trees() == 1 ? trees : null;
    if (tree != null && TreeRules.leaves(tree) <= TreeRules.MOST_LEAVES) {
      return TreeRules.of(student, tree);
    }
    Optional<AdditiveModel> sum = AdditiveModel.of(student.schema(), student.model());
    if (sum.isPresent()) {
      return ColumnCurves.of(student, sum.get());
    }
    if (tree != null) {
      throw new IllegalArgumentException(
          "a tree of %s leaves is too large to read, at most %s are; run with --max-bytes %s"
              .formatted(TreeRules.leaves(tree), TreeRules.MOST_LEAVES, limit(student, tree)));
    }
    throw new IllegalArgumentException(
        "this student is not one to read (%s)".formatted(ModelWords.of(student.model()))
            + "; students to read come from run with --families xgboost.additive,"
            + " --families smile.softmax,tribuo.linear, or --families smile.tree --max-bytes 5kB");
  }

  /** About how large a file is whose tree has as many leaves as can be read. */
  private static long limit(StudentFile student, TreeEnsemble tree) {
    TreeEnsemble leaf =
        TreeEnsemble.builder(tree.features(), new float[tree.classes()])
            .vectorTree(1)
            .leaf(0, new float[tree.classes()])
            .build();
    double bare =
        new StudentFile(
                student.schema(),
                leaf,
                student.classes(),
                student.label(),
                student.temperature(),
                new float[student.verificationRows() * tree.features()],
                student.provenance())
            .toBytes()
            .length;
    double each = (student.toBytes().length - bare) / TreeRules.leaves(tree);
    return Math.round(bare + each * TreeRules.MOST_LEAVES);
  }
}
