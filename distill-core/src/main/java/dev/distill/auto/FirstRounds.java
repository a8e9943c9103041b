package dev.distill.auto;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A boosted student of which the first rounds count: those that its limits leave room for. */
record FirstRounds(FittedStudent student, TreeEnsemble trees, int steps) implements FittedStudent {

  /**
   * The student, or as many of its first rounds as are allowed.
   *
   * @param allowed of a model; allows what is smaller than one that it allows
   * @return the student itself where it is allowed as it is, is not boosted, or where no round is
   *     allowed; only one of the two is to be closed
   */
  static FittedStudent of(FittedStudent student, Predicate<PortableModel> allowed) {
    int rounds = student.steps();
    if (rounds > 1 && student.portable().orElse(null) instanceof TreeEnsemble all) {
      if (isBoosted(all, rounds) && !allowed.test(all) && allowed.test(all.first(1))) {
        int most = 1;
        for (int above = rounds; above - most > 1; ) {
          int middle = (most + above) / 2;
          if (allowed.test(all.first(middle))) {
            most = middle;
          } else {
            above = middle;
          }
        }
        return new FirstRounds(student, all.first(most), most);
      }
    }
    return student;
  }

  /** Whether each round gave each class that has trees one of them, or one for all classes. */
  private static boolean isBoosted(TreeEnsemble trees, int rounds) {
    long classes = IntStream.range(0, trees.trees()).map(trees::targetClass).distinct().count();
    return trees.trees() == rounds * classes && trees.first(rounds).trees() == trees.trees();
  }

  @Override
  public void logits(Matrix rows, float[] logits) {
    trees.logits(rows.values(), rows.rows(), logits);
  }

  @Override
  public Optional<PortableModel> portable() {
    return Optional.of(trees);
  }

  @Override
  public void close() {
    student.close();
  }
}
