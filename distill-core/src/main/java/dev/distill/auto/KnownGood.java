package dev.distill.auto;

import dev.distill.search.Sampler;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tries what a family knows to be good before what the sampler makes up: where the sampler suggests
 * a family, its first start that was not tried takes the place of the family's hyperparameters. To
 * have been looked at is not to have been tried.
 */
final class KnownGood implements Sampler {
  private final SweepSpace space;
  private final FamilyLooks looks;
  private final Sampler sampler;

  KnownGood(SweepSpace space, FamilyLooks looks, Sampler sampler) {
    this.space = space;
    this.looks = looks;
    this.sampler = sampler;
  }

  @Override
  public Optional<Hyperparameters> suggest(Question question) {
    return sampler.suggest(question).map(suggested -> known(question, suggested));
  }

  private Hyperparameters known(Question question, Hyperparameters suggested) {
    String family = suggested.choice(SweepSpace.FAMILY);
    boolean looked = question.trials().stream().anyMatch(t -> looks.isLook(t) && isOf(t, family));
    if (looked && question.trials().stream().noneMatch(t -> !looks.isLook(t) && isOf(t, family))) {
      return space.space().where(SweepSpace.FAMILY, family).defaults();
    }
    for (Map<String, Object> start : space.starts(family)) {
      if (question.trials().stream().noneMatch(trial -> isAt(trial, start))) {
        Map<String, Object> values = new LinkedHashMap<>(suggested.values());
        values.keySet().removeIf(name -> name.startsWith(family + "."));
        values.putAll(start);
        return space.space().complete(values);
      }
    }
    return suggested;
  }

  private static boolean isOf(Trial trial, String family) {
    return family.equals(trial.parameters().values().get(SweepSpace.FAMILY));
  }

  private static boolean isAt(Trial trial, Map<String, Object> start) {
    return trial.parameters().values().entrySet().containsAll(start.entrySet());
  }
}
