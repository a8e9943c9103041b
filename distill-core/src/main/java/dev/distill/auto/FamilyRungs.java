package dev.distill.auto;

import dev.distill.search.Sampler;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets families compete in rungs (successive halving; Jamieson and Talwalkar, 2016): after each
 * one's default the best half of them shares a quarter of the trials that are left, and so on until
 * the best one is alone with the rest. Within a family another sampler suggests.
 */
final class FamilyRungs implements Sampler {
  /** Of so many families one stays for the next rung. */
  private static final int SURVIVING = 2;

  /** A rung that is not the last gets one part in so many of what is left. */
  private static final int REST = 4;

  private final Sampler sampler;
  private final int budget;

  /** Rungs in a search of so many trials. */
  FamilyRungs(Sampler sampler, int budget) {
    this.sampler = sampler;
    this.budget = budget;
  }

  @Override
  public Optional<Hyperparameters> suggest(Question question) {
    SearchSpace space = question.space();
    List<String> competing = best(question, competing(families(space), question.index()));
    // A family in which nothing is left makes way for the next.
    for (String family : competing) {
      Question own =
          new Question(
              space.where(SweepSpace.FAMILY, family),
              question.trials(),
              question.index(),
              question.seed(),
              question.purpose());
      Optional<Hyperparameters> suggested = sampler.suggest(own);
      if (suggested.isPresent()) {
        return suggested;
      }
    }
    return Optional.empty();
  }

  private static List<String> families(SearchSpace space) {
    return space.dimensions().stream()
        .map(SearchSpace.Dimension::parameter)
        .filter(p -> p.name().equals(SweepSpace.FAMILY))
        .map(p -> ((Hyperparameter.Choice) p).options())
        .findFirst()
        .orElseThrow();
  }

  /** How many families compete for the trial of this index. */
  private int competing(List<String> families, int index) {
    int competing = families.size();
    int asked = families.size();
    while (competing > 1 && asked <= index) {
      int left = budget - asked;
      int places = Math.max(1, left / REST);
      competing = Math.min(places, (competing + SURVIVING - 1) / SURVIVING);
      asked += Math.max(1, left / REST / competing) * competing;
    }
    return competing;
  }

  private static List<String> families(Trial trial) {
    Object family = trial.parameters().values().get(SweepSpace.FAMILY);
    return family == null ? List.of() : List.of(String.valueOf(family));
  }

  /** The best families, the one that was tried least first; then the others, the best first. */
  private static List<String> best(Question question, int competing) {
    Map<String, Double> lowest = new HashMap<>();
    Map<String, Double> violation = new HashMap<>();
    Map<String, Double> glimpsed = new HashMap<>();
    Map<String, Integer> tried = new HashMap<>();
    for (Trial trial : question.trials()) {
      for (String family : families(trial)) {
        tried.merge(family, 1, Integer::sum);
        if (trial.state() == Trial.State.COMPLETE) {
          violation.merge(family, trial.violation(), Math::min);
          if (trial.violation() == 0) {
            lowest.merge(family, trial.value(), Math::min);
          }
        } else if (trial.state() == Trial.State.PRUNED && !trial.curve().isEmpty()) {
          glimpsed.merge(family, Collections.min(trial.curve().values()), Math::min);
        }
      }
    }
    List<String> order = new ArrayList<>(families(question.space()));
    // What was not seen to the end can't be compared with what was.
    order.sort(by(lowest).thenComparing(by(violation)).thenComparing(by(glimpsed)));
    order
        .subList(0, Math.min(competing, order.size()))
        .sort(Comparator.comparingInt(f -> tried.getOrDefault(f, 0)));
    return order;
  }

  private static Comparator<String> by(Map<String, Double> values) {
    return Comparator.comparingDouble(f -> values.getOrDefault(f, Double.POSITIVE_INFINITY));
  }
}
