package dev.distill.auto;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every trial of a search failed; the message has every distinct cause with its trials. */
public final class SweepException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SweepException(String search, List<TrialOutcome> failed) {
    super(message(search, failed));
    failed.forEach(outcome -> outcome.failure().ifPresent(this::addSuppressed));
  }

  private static String message(String search, List<TrialOutcome> failed) {
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
                ? "no trial of the %s search was run".formatted(search)
                : "all %d trials of the %s search failed".formatted(failed.size(), search));
    causes.forEach((cause, times) -> text.append("; ").append(times).append(" × ").append(cause));
    return text.toString();
  }
}
