package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OptimizeTest {
  private static final SearchSpace SPACE =
      SearchSpace.builder().add(new Hyperparameter.Real("x", 0, 1, false, 0.5, "")).build();

  private final Study study = Study.builder(SPACE).create();

  // The example of Study's Javadoc and of docs/search-library.md, word for word.
  private static void example(PrintStream out) {
    // begin
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Real("x", -10, 10, false, 0, "where to look"))
            .build();
    Study study = Study.builder(space).sampler(new TpeSampler()).create();
    study.optimize(trial -> Math.pow(trial.parameters().real("x") - 2, 2), 50);
    Trial best = study.best().orElseThrow();
    out.println(best.value() + " at " + best.parameters().values());
    // end
  }

  @Test
  void the_example_in_the_documentation_is_this_one_and_finds_the_minimum() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    example(new PrintStream(out, true, StandardCharsets.UTF_8));
    String printed = out.toString(StandardCharsets.UTF_8);
    assertThat(printed).matches("\\S+ at \\{x=\\S+}\\s+");
    assertThat(Double.parseDouble(printed.split(" ")[0])).isBetween(0.0, 0.01);
    String test = Files.readString(Path.of("src/test/java/dev/distill/search/OptimizeTest.java"));
    String code =
        words(test.substring(test.indexOf("// begin") + 8, test.indexOf("// end")))
            .replace("out.println", "System.out.println");
    for (String page :
        List.of("src/main/java/dev/distill/search/Study.java", "../docs/search-library.md")) {
      assertThat(words(Files.readString(Path.of(page)))).as(page).contains(code);
    }
  }

  private static String words(String source) {
    return source
        .lines()
        .map(line -> line.strip().replaceFirst("^\\* ?", "").strip())
        .collect(Collectors.joining(" "))
        .strip();
  }

  @Test
  void a_trial_reports_notes_fails_and_is_pruned() {
    Study pruning =
        Study.builder(SPACE).pruner((trial, others) -> trial.curve().size() == 2).create();
    pruning.optimize(
        trial -> {
          trial.attribute("half", trial.parameters().real("x") / 2);
          if (trial.number() == 1) {
            throw new IOException("no luck");
          }
          if (trial.number() == 2) {
            return Double.NaN;
          }
          trial.report(1, 0.5);
          if (trial.number() == 3) {
            trial.report(2, 0.25);
          }
          return trial.number();
        },
        5);
    assertThat(pruning.trials())
        .extracting(Trial::state)
        .containsExactly(
            Trial.State.COMPLETE,
            Trial.State.FAILED,
            Trial.State.FAILED,
            Trial.State.PRUNED,
            Trial.State.COMPLETE);
    Trial first = pruning.trials().get(0);
    assertThat(first.userAttributes()).isEqualTo(Map.of("half", first.parameters().real("x") / 2));
    assertThat(first.curve()).isEqualTo(Map.of(1, 0.5));
    assertThat(pruning.trials().get(1).failure()).contains("java.io.IOException: no luck");
    assertThat(pruning.trials().get(3).curve()).isEqualTo(Map.of(1, 0.5, 2, 0.25));
    assertThat(pruning.best().orElseThrow().number()).isZero();
  }

  @Test
  void it_goes_on_from_where_it_was_and_takes_what_is_enqueued() {
    study.enqueue(SPACE.defaults());
    study.optimize(trial -> trial.parameters().real("x"), 2);
    assertThat(study.trials()).hasSize(2);
    assertThat(study.trials().get(0).value()).isEqualTo(0.5);
    study.optimize(trial -> trial.parameters().real("x"), 3);
    assertThat(study.trials()).hasSize(5);
  }

  @Test
  void it_stops_when_told_to_once() {
    study.onEnd(
        trial -> {
          if (trial.number() == 2) {
            study.stop();
          }
        });
    study.optimize(trial -> 1, 100);
    assertThat(study.trials()).hasSize(3);
    study.optimize(trial -> 1, 2);
    assertThat(study.trials()).hasSize(5);
  }

  @Test
  void no_trial_begins_after_the_time_is_up() {
    study.optimize(trial -> 1, 100, Duration.ZERO);
    assertThat(study.trials()).isEmpty();
    study.optimize(
        trial -> {
          Thread.sleep(30);
          return 1;
        },
        Integer.MAX_VALUE,
        Duration.ofMillis(20));
    assertThat(study.trials()).hasSizeLessThan(2);
    study.optimize(trial -> 1, 3, Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(study.trials()).hasSizeBetween(3, 4);
  }

  @Test
  void an_error_ends_it() {
    assertThatThrownBy(
            () ->
                study.optimize(
                    trial -> {
                      throw new StackOverflowError("deep");
                    },
                    10))
        .isInstanceOf(StackOverflowError.class);
    assertThat(study.trials()).hasSize(1);
    assertThat(study.trials().get(0).failure()).contains("java.lang.StackOverflowError: deep");
  }

  @Test
  void an_interrupt_ends_it_and_gives_the_trial_back() {
    study.optimize(
        trial -> {
          if (trial.number() == 1) {
            Thread.currentThread().interrupt();
            Thread.sleep(1);
          }
          return 1;
        },
        10);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(study.trials())
        .extracting(Trial::state)
        .containsExactly(Trial.State.COMPLETE, Trial.State.FAILED, Trial.State.WAITING);
    study.optimize(trial -> 1, 1);
    assertThat(study.counted())
        .extracting(Trial::state)
        .containsExactly(Trial.State.COMPLETE, Trial.State.COMPLETE);
  }

  @Test
  void a_sampler_with_nothing_left_ends_it() {
    Study grid = Study.builder(SPACE).sampler(new GridSampler(4)).create();
    grid.optimize(trial -> 1, 100, null, 3);
    assertThat(grid.trials()).hasSize(4);
  }

  @Test
  void trials_run_at_once_on_several_threads() {
    CountDownLatch together = new CountDownLatch(3);
    study.optimize(
        trial -> {
          together.countDown();
          together.await();
          return trial.parameters().real("x");
        },
        30,
        null,
        3);
    assertThat(study.trials()).hasSize(30).allMatch(trial -> trial.state() == Trial.State.COMPLETE);
  }

  @Test
  void in_flight_makes_threads_wait_and_suggestions_the_same_whoever_ends_first() {
    List<List<Double>> suggested = new ArrayList<>();
    for (int sleeps = 0; sleeps < 2; sleeps++) {
      int first = sleeps;
      Study some = Study.builder(SPACE).sampler(OptimizeTest::nearBest).inFlight(2).create();
      some.optimize(
          trial -> {
            Thread.sleep(trial.number() % 2 == first ? 3 : 0);
            return Math.abs(trial.parameters().real("x") - 0.3);
          },
          20,
          null,
          3);
      assertThat(some.trials()).hasSize(20);
      suggested.add(some.trials().stream().map(t -> t.parameters().real("x")).toList());
    }
    assertThat(suggested.get(0)).isEqualTo(suggested.get(1));
  }

  /** Depends on all that it is shown. */
  private static Optional<Hyperparameters> nearBest(Sampler.Question question) {
    double x = question.random().nextDouble();
    for (Trial trial : question.trials()) {
      if (trial.value() < 0.5) {
        x = (x + trial.parameters().real("x")) / 2;
      }
    }
    return Optional.of(question.space().complete(Map.of("x", x)));
  }

  @Test
  void an_error_in_one_thread_ends_the_others() {
    CountDownLatch two = new CountDownLatch(2);
    assertThatThrownBy(
            () ->
                study.optimize(
                    trial -> {
                      two.countDown();
                      two.await();
                      if (trial.number() == 0) {
                        throw new AssertionError("no");
                      }
                      Thread.sleep(100_000);
                      return 1;
                    },
                    10,
                    null,
                    2))
        .isInstanceOf(AssertionError.class);
    assertThat(study.trials())
        .extracting(Trial::state)
        .containsExactly(Trial.State.FAILED, Trial.State.FAILED, Trial.State.WAITING);
  }

  @Test
  void what_somebody_else_ended_counts_as_they_said() {
    AtomicInteger runs = new AtomicInteger();
    study.optimize(
        trial -> {
          runs.incrementAndGet();
          study.tell(trial.number(), 7);
          return 1;
        },
        3);
    assertThat(runs).hasValue(3);
    assertThat(study.trials()).extracting(Trial::value).containsOnly(7.0);
  }

  @Test
  void refuses_what_it_can_not_do() {
    Study two =
        Study.builder(SPACE).directions(List.of(Direction.MINIMIZE, Direction.MINIMIZE)).create();
    assertThatIllegalStateException()
        .isThrownBy(() -> two.optimize(trial -> 1, 1))
        .withMessage("study 'study' has 2 objectives; optimize is for one, ask and tell instead");
    assertThatIllegalArgumentException().isThrownBy(() -> study.optimize(trial -> 1, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> study.optimize(trial -> 1, 1, null, 0));
  }
}
