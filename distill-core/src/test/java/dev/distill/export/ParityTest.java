package dev.distill.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.runtime.TreeEnsemble.Split;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ParityTest {
  private static final TreeEnsemble TREES = Samples.trees(4, 3, 6);
  private static final StudentFile STUDENT = Samples.of(TREES);

  /** An export that is another student. */
  private static ExportedStudent of(StudentFile student) {
    return new ExportedStudent() {
      @Override
      public Scores score(Table rows) {
        return Parity.score(student, rows);
      }

      @Override
      public void close() {}
    };
  }

  private static Parity with(UnaryOperator<Split> splits) {
    return Parity.of(STUDENT, of(Samples.of(TREES.map(splits, leaf -> leaf))), 0, 20_000, 1);
  }

  @Test
  void finds_thresholds_that_are_one_float_too_high() {
    assertThat(with(s -> s).holds()).isTrue();
    // That is what x <= threshold would be.
    Parity off = with(s -> new Split(s.feature(), Math.nextUp(s.threshold()), s.missingLeft()));
    assertThat(off.holds()).isFalse();
    assertThat(off.largest()).isPositive();
    assertThat(off.worst()).contains("x0=").contains("the export says");
  }

  @Test
  void finds_missing_values_that_go_the_other_way() {
    assertThat(with(s -> new Split(s.feature(), s.threshold(), !s.missingLeft())).holds())
        .isFalse();
  }

  @Test
  void a_flip_is_another_class_though_the_student_is_sure_of_its_own() {
    StudentFile student = STUDENT;
    ExportedStudent wrong =
        new ExportedStudent() {
          @Override
          public Scores score(Table rows) {
            Scores scores = Parity.score(student, rows);
            int[] classes = scores.classes().clone();
            for (int i = 0; i < classes.length; i++) {
              classes[i] = 1 - classes[i];
            }
            return new Scores(scores.probabilities(), classes);
          }

          @Override
          public void close() {}
        };
    Parity strict = Parity.of(student, wrong, 0, 5000, 1);
    assertThat(strict.flips() + strict.ties()).isEqualTo(5000);
    assertThat(strict.flips()).isPositive();
    Parity loose = Parity.of(student, wrong, 1, 5000, 1);
    assertThat(loose.flips()).isZero();
    assertThat(loose.ties()).isEqualTo(5000);
  }

  @Test
  void no_number_is_not_within_any_bound() {
    StudentFile student = STUDENT;
    ExportedStudent nan =
        new ExportedStudent() {
          @Override
          public Scores score(Table rows) {
            Scores scores = Parity.score(student, rows);
            scores.probabilities()[3] = Double.NaN;
            return scores;
          }

          @Override
          public void close() {}
        };
    Parity parity = Parity.of(student, nan, 1, 100, 1);
    assertThat(parity.holds()).isFalse();
    assertThat(parity.largest()).isInfinite();
  }

  @Test
  void rows_hold_every_threshold_every_level_and_what_is_hard() {
    Table rows = new AdversarialRows(STUDENT, 1).next(20_000);
    for (int column = 0; column < 4; column++) {
      Set<Float> values = new HashSet<>();
      boolean missing = false;
      for (double value : ((Table.Numbers) rows.columns().get(column)).values()) {
        values.add((float) value);
        missing |= Double.isNaN(value);
      }
      assertThat(missing).isTrue();
      assertThat(values)
          .contains(0f, -0f, Float.MIN_VALUE, Float.POSITIVE_INFINITY, -Float.MAX_VALUE);
      for (int tree = 0; tree < TREES.trees(); tree++) {
        for (int node = 0; node < TREES.nodes(tree); node++) {
          if (!TREES.isLeaf(tree, node) && TREES.feature(tree, node) == column) {
            float threshold = TREES.threshold(tree, node);
            assertThat(values)
                .contains(threshold, Math.nextUp(threshold), Math.nextDown(threshold));
          }
        }
      }
    }
    Table mixed = new AdversarialRows(Samples.each().get(0), 1).next(500);
    Table.Texts city = (Table.Texts) mixed.column("city");
    Set<Integer> codes = new HashSet<>();
    for (int code : city.codes()) {
      codes.add(code);
    }
    assertThat(city.levels()).contains("Oslo", "東京", "Århus", "never seen");
    assertThat(codes).contains(-1).hasSize(city.levels().size() + 1);
  }

  @Test
  void the_same_seed_makes_the_same_rows() {
    List<Table.Column> first = new AdversarialRows(STUDENT, 5).next(100).columns();
    List<Table.Column> again = new AdversarialRows(STUDENT, 5).next(100).columns();
    for (int c = 0; c < first.size(); c++) {
      assertThat(((Table.Numbers) first.get(c)).values())
          .isEqualTo(((Table.Numbers) again.get(c)).values());
    }
  }
}
