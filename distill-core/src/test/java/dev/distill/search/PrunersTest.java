package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PrunersTest {
  private static final Map<Integer, Double> GOOD = Map.of(1, 0.5, 2, 0.3, 3, 0.2);

  @Test
  void the_median_ends_what_is_worse_than_half_of_the_others() {
    MedianPruner pruner = new MedianPruner(3, 0, false);
    List<Trial> others = new ArrayList<>();
    for (double v : new double[] {1, 2, 3}) {
      others.add(complete(Map.of(1, v, 2, v - 0.5)));
    }
    assertThat(pruner.prune(running(Map.of(1, 2.1)), others)).isTrue();
    assertThat(pruner.prune(running(Map.of(1, 2.0)), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(1, 1.4, 2, 9.0)), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(1, 1.6, 2, 9.0)), others)).isTrue();
    assertThat(pruner.prune(running(Map.of()), others)).isFalse();
  }

  @Test
  void the_median_waits_for_start_up_and_warm_up() {
    List<Trial> two = List.of(complete(GOOD), complete(GOOD));
    Trial bad = running(Map.of(2, 9.0));
    assertThat(new MedianPruner(2, 1, false).prune(bad, two)).isTrue();
    assertThat(new MedianPruner(3, 1, false).prune(bad, two)).isFalse();
    assertThat(new MedianPruner(2, 2, false).prune(bad, two)).isFalse();
    assertThat(new MedianPruner(1, 0, false).prune(bad, List.of(trial(Trial.State.PRUNED, GOOD))))
        .isFalse();
  }

  @Test
  void curves_may_be_irregular_stop_early_or_end_too_soon_to_count() {
    MedianPruner pruner = new MedianPruner(1, 0, false);
    Trial at7 = running(Map.of(4, 0.35, 7, 0.4));
    // 0.3 from step 2; the good value at step 9 is not known at step 7.
    assertThat(pruner.prune(at7, List.of(complete(Map.of(2, 0.3, 9, 0.1))))).isTrue();
    assertThat(pruner.prune(at7, List.of(complete(Map.of(2, 0.36, 9, 0.1))))).isFalse();
    // It stopped by itself at step 3 and so counts; nothing is known of one that starts at 9.
    assertThat(pruner.prune(at7, List.of(complete(GOOD)))).isTrue();
    assertThat(pruner.prune(at7, List.of(complete(Map.of(9, 0.1))))).isFalse();
    // Median of 0.2 and 0.4 or 0.6: a pruned one counts if it got there.
    for (int last : new int[] {6, 7}) {
      Trial pruned = trial(Trial.State.PRUNED, Map.of(1, 0.6, last, 0.6));
      assertThat(pruner.prune(at7, List.of(complete(GOOD), pruned))).isEqualTo(last == 6);
    }
    Trial failed = trial(Trial.State.FAILED, Map.of(1, 0.6, 9, 0.6));
    assertThat(pruner.prune(at7, List.of(complete(GOOD), failed))).isTrue();
  }

  @Test
  void trials_with_other_parameters_are_no_peers_unless_told() {
    List<Trial> strangers = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      strangers.add(other(i, Trial.State.COMPLETE, "y", GOOD));
    }
    Trial bad = running(Map.of(1, 9.0));
    assertThat(new MedianPruner().prune(bad, strangers)).isFalse();
    assertThat(new MedianPruner().withCommonSteps(9).prune(bad, strangers)).isTrue();
    assertThat(new SuccessiveHalvingPruner().prune(bad, strangers)).isFalse();
    assertThat(new SuccessiveHalvingPruner().withCommonSteps(9).prune(bad, strangers)).isTrue();
    HyperbandPruner onlyBracket = new HyperbandPruner(2);
    assertThat(onlyBracket.prune(bad, strangers)).isFalse();
    assertThat(onlyBracket.withCommonSteps(9).prune(bad, strangers)).isTrue();
  }

  @Test
  void a_race_ends_what_would_not_win_even_if_it_fell_as_far_as_any_did() {
    // The best ended at 0.2; what was seen fell by 0.1 to 0.3 after step 1, by at most 0.1 after 2.
    List<Trial> others =
        List.of(
            ended(Map.of(1, 0.5, 2, 0.3), 0.2),
            ended(Map.of(1, 0.5, 2, 0.45), 0.4),
            ended(Map.of(1, 0.7, 2, 0.65), 0.6));
    RacePruner pruner = new RacePruner().withCommonSteps(2);
    assertThat(pruner.prune(running(Map.of(1, 0.49)), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(1, 0.51)), others)).isTrue();
    assertThat(pruner.prune(running(Map.of(1, 0.4, 2, 0.29)), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(1, 0.4, 2, 0.31)), others)).isTrue();
    assertThat(pruner.prune(running(Map.of()), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(1, 9.0)), others.subList(0, 2))).isFalse();
    // Those that were ended early say nothing of how far one can fall.
    List<Trial> two = new ArrayList<>(others.subList(0, 2));
    two.add(trial(Trial.State.PRUNED, Map.of(1, 0.7)));
    assertThat(pruner.prune(running(Map.of(1, 9.0)), two)).isFalse();
  }

  @Test
  void a_step_that_is_hard_for_all_ends_nobody() {
    // Folds: the first is hard, and the mean over two is nearer to the end.
    List<Trial> others = new ArrayList<>();
    for (double v : new double[] {0.2, 0.25, 0.3}) {
      others.add(ended(Map.of(1, v - 0.1, 2, v + 0.1), v));
    }
    RacePruner pruner = new RacePruner().withCommonSteps(2);
    assertThat(pruner.prune(running(Map.of(1, 0.09, 2, 0.29)), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(1, 0.09, 2, 0.31)), others)).isTrue();
    MedianPruner median = new MedianPruner(3, 0, false).withCommonSteps(2);
    assertThat(median.prune(running(Map.of(1, 0.1, 2, 0.36)), others)).isTrue();
    assertThat(median.prune(running(Map.of(1, 0.1, 2, 0.34)), others)).isFalse();
  }

  @Test
  void a_race_of_own_steps_is_among_the_same_parameters() {
    List<Trial> strangers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      strangers.add(other(i, Trial.State.COMPLETE, "y", GOOD));
    }
    Trial bad = running(Map.of(1, 9.0));
    assertThat(new RacePruner().prune(bad, strangers)).isFalse();
    assertThat(new RacePruner().withCommonSteps(3).prune(bad, strangers)).isTrue();
  }

  @Test
  void one_in_three_goes_on_from_a_rung() {
    SuccessiveHalvingPruner pruner = new SuccessiveHalvingPruner(2, 3, false);
    List<Trial> others = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      others.add(trial(Trial.State.PRUNED, Map.of(2, (double) i)));
    }
    // Two of six go on, one of five.
    assertThat(pruner.prune(running(Map.of(2, 1.5)), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(2, 2.5)), others)).isTrue();
    assertThat(pruner.prune(running(Map.of(2, 1.5)), others.subList(0, 4))).isTrue();
    assertThat(pruner.prune(running(Map.of(2, 0.5)), others.subList(0, 4))).isFalse();
    // Too few to say.
    assertThat(pruner.prune(running(Map.of(2, 9.0)), others.subList(0, 1))).isFalse();
    assertThat(pruner.prune(running(Map.of(2, 9.0)), others.subList(0, 2))).isTrue();
    // Before and between rungs, and at the next one, which the others did not reach.
    assertThat(pruner.prune(running(Map.of(1, 9.0)), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(2, 9.0, 5, 9.0)), others)).isFalse();
    assertThat(pruner.prune(running(Map.of(2, 9.0, 6, 9.0)), others)).isFalse();
    List<Trial> further = new ArrayList<>(others);
    further.add(trial(Trial.State.RUNNING, Map.of(2, 1.0, 6, 1.0)));
    further.add(complete(Map.of(2, 1.0)));
    assertThat(pruner.prune(running(Map.of(2, 9.0, 6, 9.0)), further)).isTrue();
    // A report after a rung that none fell on.
    assertThat(pruner.prune(running(Map.of(1, 9.0, 3, 9.0)), others)).isTrue();
  }

  @Test
  void rungs_do_not_overflow() {
    Trial late = running(Map.of(1, 1.0, Integer.MAX_VALUE, 1.0));
    assertThat(new SuccessiveHalvingPruner(1, 2, false).prune(late, List.of())).isFalse();
    assertThat(new HyperbandPruner(1, Integer.MAX_VALUE, 2, false).prune(late, List.of()))
        .isFalse();
    assertThat(new HyperbandPruner(1, Integer.MAX_VALUE, 2, false).brackets()).isEqualTo(31);
  }

  @Test
  void brackets_have_their_shares_by_number() {
    HyperbandPruner pruner = new HyperbandPruner(81);
    assertThat(pruner.brackets()).isEqualTo(5);
    int[] trials = new int[5];
    for (int i = 0; i < 1430; i++) {
      trials[pruner.bracket(i)]++;
    }
    // By n = ceil((s_max + 1) eta^s / (s + 1)) for s from 4 to 0.
    double[] paper = {81, 34, 15, 8, 5};
    for (int b = 0; b < 5; b++) {
      assertThat(trials[b] / 10.0).isBetween(paper[b] - 0.5, paper[b] + 0.5);
    }
  }

  @Test
  void a_bracket_compares_among_itself_and_from_its_own_rung_on() {
    HyperbandPruner pruner = new HyperbandPruner(9);
    int late = 0;
    while (pruner.bracket(late) != 1) {
      late++;
    }
    List<Trial> same = new ArrayList<>();
    List<Trial> elsewhere = new ArrayList<>();
    for (int i = late + 1; same.size() < 5; i++) {
      (pruner.bracket(i) == 1 ? same : elsewhere).add(other(i, Trial.State.COMPLETE, "x", GOOD));
    }
    assertThat(pruner.prune(other(late, Trial.State.RUNNING, "x", Map.of(1, 9.0)), same)).isFalse();
    Trial bad = other(late, Trial.State.RUNNING, "x", Map.of(1, 9.0, 3, 9.0));
    assertThat(pruner.prune(bad, same)).isTrue();
    assertThat(pruner.prune(bad, elsewhere)).isFalse();
  }

  @Test
  void a_study_that_maximises_and_hides_what_is_in_flight_prunes_by_what_it_may_see() {
    SearchSpace space =
        SearchSpace.builder().add(new Hyperparameter.Real("x", 0, 1, false, 0.5, "")).build();
    Study study =
        Study.builder(space)
            .pruner(new MedianPruner(2, 0, false))
            .directions(List.of(Direction.MAXIMIZE))
            .inFlight(2)
            .create();
    for (int i = 0; i < 3; i++) {
      study.ask();
      assertThat(study.report(i, 1, 10)).isFalse();
      study.tell(i, 10);
    }
    study.ask();
    // The last one before it is hidden, the other two are enough.
    assertThat(study.report(3, 1, 11)).isFalse();
    assertThat(study.report(3, 2, 3)).isFalse();
    study.prune(3, Map.of());
    study.ask();
    assertThat(study.report(4, 1, 9)).isTrue();
  }

  @Test
  void settings_are_checked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MedianPruner(0, 0, false))
        .withMessage("start-up trials must be >= 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SuccessiveHalvingPruner(1, 1, false))
        .withMessage("reduction factor must be >= 2, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HyperbandPruner(5, 4, 3, false))
        .withMessage("max resource must be >= 5, got 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RacePruner(0, false))
        .withMessage("start-up trials must be >= 1, got 0");
  }

  private static Trial running(Map<Integer, Double> curve) {
    return trial(Trial.State.RUNNING, curve);
  }

  private static Trial complete(Map<Integer, Double> curve) {
    return trial(Trial.State.COMPLETE, curve);
  }

  private static Trial trial(Trial.State state, Map<Integer, Double> curve) {
    return other(0, state, "x", curve);
  }

  private static Trial ended(Map<Integer, Double> curve, double value) {
    return complete(curve).in(Trial.State.COMPLETE, List.of(value));
  }

  private static Trial other(
      int number, Trial.State state, String parameter, Map<Integer, Double> curve) {
    return new Trial(
        number,
        state,
        new Hyperparameters(Map.of(parameter, 0.5)),
        state == Trial.State.COMPLETE && !curve.isEmpty()
            ? List.of(Collections.min(curve.values()))
            : List.of(),
        new TreeMap<>(curve),
        Map.of(),
        Map.of(),
        null,
        null);
  }
}
