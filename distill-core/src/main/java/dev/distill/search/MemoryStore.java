package dev.distill.search;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A store that ends with the process. */
public final class MemoryStore implements StudyStore {
  private final Map<String, Header> headers = new LinkedHashMap<>();
  private final Map<String, List<Trial>> trials = new LinkedHashMap<>();

  @Override
  public synchronized List<String> studies() {
    return List.copyOf(headers.keySet());
  }

  @Override
  public synchronized Optional<Header> find(String study) {
    return Optional.ofNullable(headers.get(study));
  }

  @Override
  public synchronized void create(Header header) {
    if (headers.putIfAbsent(header.name(), header) != null) {
      throw new StoreException("there is a study '" + header.name() + "' already", null);
    }
    trials.put(header.name(), new ArrayList<>());
  }

  @Override
  public synchronized void adopt(Header header) {
    headers.put(header.name(), header);
  }

  @Override
  public synchronized void attribute(String study, String key, Object value) {
    Header old = find(study).orElseThrow();
    Map<String, Object> attributes = new LinkedHashMap<>(old.userAttributes());
    attributes.put(key, value);
    headers.put(
        study,
        new Header(study, old.directions(), old.space(), attributes, old.systemAttributes()));
  }

  @Override
  public synchronized <T> T exclusively(String study, Supplier<T> work) {
    return work.get();
  }

  @Override
  public synchronized List<Trial> trials(String study) {
    return List.copyOf(of(study));
  }

  @Override
  public synchronized Trial add(String study, Trial trial) {
    Trial numbered = trial.numbered(of(study).size());
    of(study).add(numbered);
    return numbered;
  }

  @Override
  public synchronized void update(String study, Trial trial) {
    of(study).set(trial.number(), trial);
  }

  @Override
  public synchronized void report(String study, int number, int step, double value) {
    of(study).set(number, of(study).get(number).reported(step, value));
  }

  @Override
  public Optional<Duration> heartbeatEvery() {
    return Optional.empty();
  }

  @Override
  public List<Integer> heartbeat(String study, List<Integer> own) {
    return List.of();
  }

  @Override
  public void close() {}

  private List<Trial> of(String study) {
    List<Trial> found = trials.get(study);
    if (found == null) {
      throw new StoreException("there is no study '" + study + "'", null);
    }
    return found;
  }
}
