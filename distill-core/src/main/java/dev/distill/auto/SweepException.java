package dev.distill.auto;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Every trial of a search failed; the message has a line a search, with every distinct cause and
 * how often it came.
 */
public final class SweepException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SweepException(List<Search> failed) {
    super(failed.stream().map(SweepException::message).collect(Collectors.joining("\n")));
    failed.forEach(
        search -> search.outcomes().forEach(o -> o.failure().ifPresent(this::addSuppressed)));
  }

  private static String message(Search search) {
    List<TrialOutcome> failed = search.outcomes();
    Map<String, Integer> causes = new LinkedHashMap<>();
    for (TrialOutcome outcome : failed) {
      causes.merge(
          outcome.spec().family() + ": " + outcome.failure().map(Throwable::toString).orElse("?"),
          1,
          Integer::sum);
    }
    StringBuilder text =
        new StringBuilder(
            failed.isEmpty()
                ? "no trial of the %s search was run".formatted(search.name())
                : "all %s trials of the %s search failed".formatted(failed.size(), search.name()));
    causes.forEach((cause, times) -> text.append("; ").append(times).append(" × ").append(cause));
    return text.toString();
  }
}
