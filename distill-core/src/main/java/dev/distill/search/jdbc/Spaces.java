package dev.distill.search.jdbc;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A search space as an attribute: Optuna's tables know neither conditions nor defaults. */
final class Spaces {
  private Spaces() {}

  static Map<String, Object> write(SearchSpace space) {
    List<Map<String, Object>> dimensions = new ArrayList<>();
    for (SearchSpace.Dimension dimension : space.dimensions()) {
      Map<String, Object> written = new LinkedHashMap<>();
      Hyperparameter parameter = dimension.parameter();
      written.put("name", parameter.name());
      written.put("description", parameter.description());
      written.put("default", parameter.defaultValue());
      if (parameter instanceof Hyperparameter.Choice choice) {
        written.put("options", choice.options());
      } else if (parameter instanceof Hyperparameter.Int p) {
        written.put("type", "int");
        written.put("low", p.low());
        written.put("high", p.high());
        written.put("log", p.log());
      } else {
        Hyperparameter.Real p = (Hyperparameter.Real) parameter;
        written.put("type", "real");
        written.put("low", p.low());
        written.put("high", p.high());
        written.put("log", p.log());
      }
      if (dimension.underChoice() != null) {
        written.put("under", List.of(dimension.underChoice(), text(dimension.underOption())));
      }
      dimensions.add(written);
    }
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("dimensions", dimensions);
    space.steps().ifPresent(steps -> written.put("steps", steps));
    return written;
  }

  static SearchSpace read(Map<?, ?> written) {
    SearchSpace.Builder space = SearchSpace.builder();
    for (Object each : Json.list(written, "dimensions")) {
      Map<?, ?> dimension = (Map<?, ?>) each;
      Hyperparameter parameter = parameter(dimension);
      if (dimension.get("under") instanceof List<?> under) {
        space.addUnder(text(under.get(0)), text(under.get(1)), parameter);
      } else if (parameter instanceof Hyperparameter.Int p
          && p.name().equals(written.get("steps"))) {
        space.addSteps(p);
      } else {
        space.add(parameter);
      }
    }
    return space.build();
  }

  private static Hyperparameter parameter(Map<?, ?> written) {
    String name = text(written.get("name"));
    String description = text(written.get("description"));
    if (written.get("options") instanceof List<?> options) {
      List<String> texts = options.stream().map(String::valueOf).toList();
      return new Hyperparameter.Choice(name, texts, text(written.get("default")), description);
    }
    Number low = Json.number(written, "low");
    Number high = Json.number(written, "high");
    Number initial = Json.number(written, "default");
    boolean log = Boolean.TRUE.equals(written.get("log"));
    return "int".equals(written.get("type"))
        ? new Hyperparameter.Int(
            name, low.intValue(), high.intValue(), log, initial.intValue(), description)
        : new Hyperparameter.Real(
            name, low.doubleValue(), high.doubleValue(), log, initial.doubleValue(), description);
  }

  private static String text(@Nullable Object value) {
    return String.valueOf(value);
  }
}
