package dev.distill.auto;

import dev.distill.spi.FitCancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Runs trials through the executor and collects their outcomes. */
final class Sweep {
  /** How often other processes' trials are looked at. */
  private static final Duration POLL = Duration.ofMillis(200);

  private final TrialRunner distiller;
  private final TrialExecutor executor;
  private final int threads;
  private final Deadline deadline;
  private final SweepListener listener;
  private final List<Search> searches = new ArrayList<>();
  private boolean endedEarly;
  private @Nullable RemoteTrials remote;

  /**
   * A sweep.
   *
   * @param deadline when it is over, only searches without a success get more trials
   */
  Sweep(
      TrialRunner distiller,
      TrialExecutor executor,
      int threads,
      Deadline deadline,
      SweepListener listener) {
    this.distiller = distiller;
    this.executor = executor;
    this.threads = threads;
    this.deadline = deadline;
    this.listener = listener;
  }

  /** Has its trials run by others, if there are any; null for none. */
  Sweep by(@Nullable RemoteTrials others) {
    remote = others;
    return this;
  }

  /** Goes on where another one has ended. */
  Sweep after(Sweep earlier) {
    searches.addAll(earlier.searches);
    endedEarly |= earlier.endedEarly;
    return this;
  }

  /** Runs searches of which all trials are fitted and judged on the same. */
  void run(List<Search> more, Cut cut) {
    run(more, cut, cut);
  }

  /**
   * Runs searches side by side, so that ending early leaves each with its share. Beside other
   * processes it waits until their trials have ended too.
   *
   * @param look what looks at families are fitted and judged on
   * @param cut what all other trials are
   */
  void run(List<Search> more, Cut look, Cut cut) {
    searches.addAll(more);
    int budget = more.stream().mapToInt(Search::budget).sum();
    RemoteTrials others = remote;
    if (others != null) {
      others.begin(look, cut);
    }
    TrialMemory memory = new TrialMemory(cut, Runtime.getRuntime().maxMemory());
    int most = others == null ? Math.min(threads, memory.atOnce()) : others.atOnce();
    int atOnce = Math.min(most, budget);
    AtomicInteger running = new AtomicInteger();
    executor.run(
        () -> {
          if (running.get() >= atOnce) {
            return Optional.empty();
          }
          Optional<TrialSpec> spec = next(more);
          if (spec.isEmpty() && running.get() == 0) {
            spec = besideOthers(more);
          }
          spec.ifPresent(s -> running.incrementAndGet());
          return spec;
        },
        spec -> {
          Search search = of(more, spec);
          boolean isLook = search.isLook(spec);
          TrialRunner.Watch watch = watch(search, spec);
          if (others != null) {
            return others.run(spec, isLook, watch, distiller::isStopped);
          }
          Cut own = isLook ? look : cut;
          int each = Math.max(1, threads / atOnce);
          return memory.run(distiller.encoding(spec), () -> distiller.run(spec, own, each, watch));
        },
        outcome -> {
          running.decrementAndGet();
          endedEarly |= outcome.cause() instanceof FitCancelledException;
          Search search = of(more, outcome.spec());
          search.tell(outcome);
          listener.ended(
              outcome, search.best().orElse(null), sum(Search::ended), sum(Search::budget));
        });
    endedEarly |= deadline.isOver() && more.stream().anyMatch(search -> !search.over());
  }

  /** All outcomes, each search's in the order of asking. */
  List<TrialOutcome> outcomes() {
    return searches.stream().flatMap(search -> search.outcomes().stream()).toList();
  }

  /** Whether trials were left out or broken off. */
  boolean endedEarly() {
    return endedEarly;
  }

  private TrialRunner.Watch watch(Search search, TrialSpec spec) {
    return new TrialRunner.Watch() {
      @Override
      public boolean prune(int step, double loss) {
        return search.report(spec, step, loss);
      }

      @Override
      public Optional<String> tooLong(Duration sinceStart) {
        return search.mayBeCutShort() ? deadline.tooLong(sinceStart) : Optional.empty();
      }
    };
  }

  private int sum(ToIntFunction<Search> count) {
    return searches.stream().mapToInt(count).sum();
  }

  private static Search of(List<Search> searches, TrialSpec spec) {
    return searches.stream()
        .filter(search -> search.name().equals(spec.search()))
        .findFirst()
        .orElseThrow();
  }

  /**
   * The next trial where this process runs none: there may be none now because others run as many
   * as may run at once. Only if no trial ran or was asked for while this asked, there are no more.
   */
  private Optional<TrialSpec> besideOthers(List<Search> more) {
    while (!deadline.isOver()) {
      boolean run = more.stream().anyMatch(Search::anyRun);
      int asked = more.stream().mapToInt(Search::asked).sum();
      Optional<TrialSpec> spec = next(more);
      if (spec.isPresent() || (!run && asked == more.stream().mapToInt(Search::asked).sum())) {
        return spec;
      }
      pause();
    }
    return Optional.empty();
  }

  private static void pause() {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next trial of the search that is furthest from its budget. */
  private Optional<TrialSpec> next(List<Search> from) {
    List<Search> order = new ArrayList<>(from);
    if (deadline.isOver()) {
      order.removeIf(Search::settled);
    }
    order.sort(Comparator.comparingDouble(s -> (double) s.asked() / s.budget()));
    for (Search search : order) {
      Optional<TrialSpec> spec = search.ask(deadline.left());
      if (spec.isPresent()) {
        return spec;
      }
    }
    return Optional.empty();
  }
}
