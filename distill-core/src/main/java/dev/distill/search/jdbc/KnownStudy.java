package dev.distill.search.jdbc;

import dev.distill.search.Trial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** What was read of a study: trials that ended are not read again. */
final class KnownStudy {
  final long id;

  /** By the name of the parameter, as its trials have them. */
  final Map<String, Distribution> read = new HashMap<>();

  /** By the name of the parameter, as the study's space has them. */
  final Map<String, Distribution> written = new HashMap<>();

  /** By number. */
  private final List<Trial> trials = new ArrayList<>();

  private final List<Long> ids = new ArrayList<>();

  /** Numbers of those that have not ended, by their row. */
  private final SortedMap<Long, Integer> unended = new TreeMap<>();

  /** Whether what is known is all there is, until the transaction ends. */
  boolean current;

  /** What {@link Sql#othersChanges} said before the last reading. */
  OptionalLong changes = OptionalLong.empty();

  KnownStudy(long id) {
    this.id = id;
  }

  int size() {
    return trials.size();
  }

  List<Trial> trials() {
    return List.copyOf(trials);
  }

  Trial trial(int number) {
    return trials.get(number);
  }

  long row(int number) {
    return ids.get(number);
  }

  /** The last row that is known. */
  long last() {
    return ids.isEmpty() ? -1 : ids.get(ids.size() - 1);
  }

  SortedMap<Long, Integer> unended() {
    return unended;
  }

  /** Adds a trial, or replaces the one of its number. */
  void put(long row, Trial trial) {
    if (trial.number() == trials.size()) {
      trials.add(trial);
      ids.add(row);
    } else {
      trials.set(trial.number(), trial);
    }
    if (trial.state().ended()) {
      unended.remove(row);
    } else {
      unended.put(row, trial.number());
    }
  }
}
