package dev.distill.auto;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Everything failed: all trials of a search, or all students that could have been delivered. The
 * message has every distinct cause and how often it came.
 */
public final class SweepException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private SweepException(String message, List<TrialOutcome> failed) {
    super(message);
    failed.forEach(outcome -> outcome.failure().ifPresent(this::addSuppressed));
  }

  /** All trials of these searches failed; the message has a line for each of them. */
  static SweepException ofSearches(List<Search> failed) {
    return new SweepException(
        failed.stream().map(SweepException::message).collect(Collectors.joining("\n")),
        failed.stream().flatMap(search -> search.outcomes().stream()).toList());
  }

  /** The last fit of every student that was chosen failed. */
  static SweepException ofLastFits(List<TrialOutcome> failed) {
    return new SweepException("no student could be made to deliver" + causes(failed), failed);
  }

  /** No student of the search keeps the limits. */
  static SweepException ofLimits(Limits limits, TrialOutcome nearest) {
    TrialOutcome.Cost cost = Objects.requireNonNull(nearest.cost());
    return new SweepException(
        "no student keeps the limits (%s); the nearest one, of family '%s', takes %.0f ns a row and %s bytes"
            .formatted(limits, nearest.spec().family(), cost.nanos(), cost.bytes()),
        List.of(nearest));
  }

  private static String message(Search search) {
    List<TrialOutcome> failed = search.outcomes();
    return (failed.isEmpty()
            ? "no trial of the %s search was run".formatted(search.name())
            : "all %s trials of the %s search failed".formatted(failed.size(), search.name()))
        + causes(failed);
  }

  private static String causes(List<TrialOutcome> failed) {
    Map<String, Integer> causes = new LinkedHashMap<>();
    for (TrialOutcome outcome : failed) {
      causes.merge(
          outcome.spec().family() + ": " + outcome.failure().map(Causes::reason).orElse("?"),
          1,
          Integer::sum);
    }
    StringBuilder text = new StringBuilder();
    causes.forEach((cause, times) -> text.append("; ").append(times).append(" × ").append(cause));
    return text.toString();
  }
}
