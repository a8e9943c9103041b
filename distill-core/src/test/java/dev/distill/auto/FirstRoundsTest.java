package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class FirstRoundsTest {
  private final AtomicInteger closed = new AtomicInteger();

  /** Seven rounds of a tree for each of two classes; round r adds r + 1 to the first class. */
  private static TreeEnsemble boosted() {
    return boosted(7);
  }

  private static TreeEnsemble boosted(int rounds) {
    TreeEnsemble.Builder trees = TreeEnsemble.builder(1, new float[3]);
    for (int round = 0; round < rounds; round++) {
      trees.tree(1, 0).leaf(0, round + 1).tree(1, 2).leaf(0, 1);
    }
    return trees.build();
  }

  private FittedStudent student(PortableModel model, int steps) {
    return new FittedStudent() {
      @Override
      public void logits(Matrix rows, float[] logits) {
        model.logits(rows.values(), rows.rows(), logits);
      }

      @Override
      public Optional<PortableModel> portable() {
        return Optional.of(model);
      }

      @Override
      public int steps() {
        return steps;
      }

      @Override
      public void close() {
        closed.incrementAndGet();
      }
    };
  }

  /** Of a limit of so many trees. */
  private static ToDoubleFunction<PortableModel> share(double trees) {
    return model -> ((TreeEnsemble) model).trees() / trees;
  }

  @Test
  void keeps_as_many_rounds_as_are_allowed() {
    for (int most = 2; most < 14; most++) {
      try (FittedStudent cut = FirstRounds.of(student(boosted(), 7), share(most + 0.9))) {
        int rounds = most / 2;
        assertThat(cut.steps()).isEqualTo(rounds);
        float[] logits = new float[3];
        cut.logits(Matrix.of(new float[][] {{0}}), logits);
        assertThat(logits).containsExactly(rounds * (rounds + 1) / 2f, 0, rounds);
        assertThat(((TreeEnsemble) cut.portable().orElseThrow()).trees()).isEqualTo(2 * rounds);
      }
    }
    assertThat(closed).hasValue(12);
  }

  @Test
  void a_round_of_one_tree_for_all_classes_keeps_its_splits() {
    TreeEnsemble.Builder trees = TreeEnsemble.builder(2, new float[] {0.5f, 0});
    for (int round = 0; round < 3; round++) {
      trees
          .vectorTree(5)
          .split(0, 0, round, 1, 2, true)
          .leaf(1, 1, 2)
          .split(2, 1, 0.5f, 3, 4, false)
          .leaf(3, 3, 4)
          .leaf(4, 5, 6);
    }
    try (FittedStudent cut = FirstRounds.of(student(trees.build(), 3), share(2.9))) {
      assertThat(cut.steps()).isEqualTo(2);
      float[] logits = new float[8];
      Matrix rows = Matrix.of(new float[][] {{-1, 0}, {0, 0.4f}, {2, 0.5f}, {Float.NaN, 9}});
      cut.logits(rows, logits);
      assertThat(logits).containsExactly(2.5f, 4, 4.5f, 6, 10.5f, 12, 2.5f, 4);
    }
  }

  @Test
  void a_few_rounds_say_how_many_there_will_be_room_for() {
    FittedStudent probe = student(boosted(4), 4);
    // Room for 25 rounds: half as many again beyond the four.
    assertThat(FirstRounds.estimate(probe, share(50))).isEqualTo(4 + 31);
    assertThat(FirstRounds.estimate(probe, share(2))).isEqualTo(1);
    assertThat(FirstRounds.estimate(student(boosted(), 0), share(2))).isEqualTo(Integer.MAX_VALUE);
    assertThat(FirstRounds.estimate(probe, model -> 0.1)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void leaves_alone_what_is_allowed_or_can_not_be_cut() {
    FittedStudent student = student(boosted(), 7);
    assertThat(FirstRounds.of(student, share(15))).isSameAs(student);
    assertThat(FirstRounds.of(student, share(1))).isSameAs(student);
    // Seven epochs, or a merged form: its trees are no rounds.
    FittedStudent other = student(boosted(), 5);
    assertThat(FirstRounds.of(other, share(4))).isSameAs(other);
    FittedStudent forest = student(boosted(), 0);
    assertThat(FirstRounds.of(forest, share(4))).isSameAs(forest);
  }
}
