package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.spi.FitException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineTest {

  @Test
  void without_a_timeout_nothing_takes_too_long() {
    Deadline deadline = new Deadline(Duration.ZERO, new Cancellation());
    assertThat(deadline.isOver()).isFalse();
    assertThat(deadline.left()).isEmpty();
    assertThat(deadline.tooLong(Duration.ofDays(1))).isEmpty();
  }

  @Test
  void nothing_gets_more_than_a_quarter_of_a_timeout() {
    Deadline deadline = new Deadline(Duration.ofMinutes(4), new Cancellation());
    assertThat(deadline.tooLong(Duration.ofSeconds(59))).isEmpty();
    assertThat(deadline.tooLong(Duration.ofSeconds(61))).get().asString().contains("--timeout");
    assertThat(deadline.left().orElseThrow()).isLessThanOrEqualTo(Duration.ofMinutes(4));
  }

  @Test
  void it_is_over_when_time_is_or_when_it_is_cancelled() {
    Cancellation cancellation = new Cancellation();
    Deadline deadline = new Deadline(Duration.ofHours(1), cancellation);
    assertThat(deadline.isOver()).isFalse();
    cancellation.cancel();
    assertThat(deadline.isOver()).isTrue();
    assertThat(new Deadline(Duration.ofNanos(1), new Cancellation()).isOver()).isTrue();
  }

  @Test
  void its_first_part_ends_earlier_and_with_it() {
    Cancellation cancellation = new Cancellation();
    Deadline whole = new Deadline(Duration.ofMinutes(4), cancellation);
    Deadline first = whole.first(0.5);
    assertThat(first.left().orElseThrow())
        .isBetween(Duration.ofSeconds(115), Duration.ofSeconds(120));
    assertThat(first.tooLong(Duration.ofSeconds(59))).isEmpty();
    assertThat(whole.first(0).isOver()).isTrue();
    assertThat(new Deadline(Duration.ZERO, cancellation).first(0.5).left()).isEmpty();
    cancellation.cancel();
    assertThat(first.isOver()).isTrue();
  }

  @Test
  void a_family_that_would_never_end_does_not_eat_the_time_of_the_others() {
    FakeFamily quick = FakeFamily.soft("fake.quick");
    FakeFamily endless =
        FakeFamily.soft("fake.endless")
            .before(
                fit -> {
                  while (true) {
                    fit.context().report(1, Double.NaN); // ends the fit by throwing
                    FakeFamily.pause();
                  }
                });
    DistillConfig config =
        DistillConfig.builder().trials(8).threads(1).timeout(Duration.ofSeconds(4)).build();
    DistillationResult result =
        new AutoDistiller(StudentCatalog.of(List.of(quick, endless)), config)
            .distill(Planted.task(300), (outcome, best, done, total) -> {}, new Cancellation());
    assertThat(result.student().chosen().spec().family()).isEqualTo("fake.quick");
    assertThat(result.trials().stream().filter(t -> t.spec().family().equals("fake.endless")))
        .isNotEmpty()
        .allSatisfy(
            t -> assertThat(t.failure()).get().asString().contains("a quarter of --timeout"));
    assertThat(result.trials().stream().filter(TrialOutcome::succeeded).count())
        .as("the quick family's share")
        .isGreaterThan(4);
  }

  @Test
  void a_family_whose_look_says_that_a_trial_would_take_a_quarter_has_none() {
    FakeFamily quick = FakeFamily.soft("fake.quick").cuttingAt(0.3f);
    FakeFamily other = FakeFamily.soft("fake.other").cuttingAt(0.3f);
    FakeFamily slow = FakeFamily.soft("fake.slow").slow(8).cuttingAt(0.2f);
    DistillConfig config =
        DistillConfig.builder()
            .trials(6)
            .foldRows(0)
            .searchRows(6_000)
            .timeout(Duration.ofSeconds(10))
            .build();
    List<TrialOutcome> trials =
        new AutoDistiller(StudentCatalog.of(List.of(quick, other, slow)), config)
            .distill(Planted.task(8_000), (outcome, best, done, total) -> {}, new Cancellation())
            .trials();
    assertThat(trials)
        .filteredOn(t -> t.spec().family().equals("fake.slow"))
        .hasSize(2)
        .allMatch(TrialOutcome::pruned);
    assertThat(trials).filteredOn(TrialOutcome::succeeded).hasSizeGreaterThan(6);
  }

  @Test
  void a_family_that_fails_at_once_does_not_get_what_time_is_left() {
    FakeFamily broken =
        FakeFamily.soft("fake.broken")
            .before(
                fit -> {
                  throw new FitException("broken");
                });
    // A second and a half for each trial.
    FakeFamily slow = FakeFamily.soft("fake.slow").slow(8);
    DistillConfig config =
        DistillConfig.builder()
            .trials(6)
            .threads(1) // with two, it is asked once more before another has ended
            .foldRows(0)
            .searchRows(2_400)
            .timeout(Duration.ofSeconds(8))
            .build();
    List<TrialOutcome> trials =
        new AutoDistiller(StudentCatalog.of(List.of(broken, slow)), config)
            .distill(Planted.task(3_000), (outcome, best, done, total) -> {}, new Cancellation())
            .trials();
    assertThat(trials).filteredOn(t -> t.spec().family().equals("fake.broken")).hasSize(2);
    assertThat(trials).filteredOn(TrialOutcome::succeeded).hasSizeGreaterThan(2);
  }

  @Test
  void who_would_take_more_than_a_quarter_on_all_rows_is_no_finalist() {
    FakeFamily quick = FakeFamily.soft("fake.quick").cuttingAt(0.3f);
    FakeFamily slow = FakeFamily.soft("fake.slow").slow(8).cuttingAt(0.2f);
    DistillConfig config =
        DistillConfig.builder()
            .trials(2)
            .searchRows(800)
            .foldRows(0)
            .timeout(Duration.ofSeconds(8))
            .build();
    List<TrialOutcome> trials =
        new AutoDistiller(StudentCatalog.of(List.of(quick, slow)), config)
            .distill(Planted.task(8_000), (outcome, best, done, total) -> {}, new Cancellation())
            .trials();
    assertThat(trials)
        .anyMatch(t -> t.succeeded() && t.spec().family().equals("fake.slow"))
        .allMatch(TrialOutcome::succeeded);
    assertThat(trials)
        .filteredOn(t -> t.spec().search().contains("final"))
        .isNotEmpty()
        .allMatch(t -> t.spec().family().equals("fake.quick"));
  }
}
