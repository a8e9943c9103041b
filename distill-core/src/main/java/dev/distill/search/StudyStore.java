package dev.distill.search;

import dev.distill.spi.SearchSpace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps studies and their trials, perhaps for several processes at once. All methods throw {@link
 * StoreException} with one clear line if what they keep can't be read or written.
 */
public interface StudyStore extends AutoCloseable {

  /**
   * What a store knows of a study besides its trials.
   *
   * @param name unique in the store
   * @param directions one an objective
   * @param space what its parameters are; null where another program made the study
   * @param userAttributes of the study
   * @param systemAttributes of the study
   */
  record Header(
      String name,
      List<Direction> directions,
      @Nullable SearchSpace space,
      Map<String, Object> userAttributes,
      Map<String, Object> systemAttributes) {}

  /** The names of all studies in the order in which they were made. */
  List<String> studies();

  /** The study of that name. */
  Optional<Header> find(String study);

  /** Makes a study; the store's study of that name is an error. */
  void create(Header header);

  /** Writes space and system attributes of a study that another program made. */
  void adopt(Header header);

  /** Replaces or adds an attribute of a study. */
  void attribute(String study, String key, Object value);

  /**
   * Does work while nobody else, in this process or another, changes the study; what the work
   * writes is written as a whole or not at all.
   */
  <T> T exclusively(String study, Supplier<T> work);

  /** All trials in the order of their numbers. */
  List<Trial> trials(String study);

  /**
   * Adds a trial.
   *
   * @return the trial with the number that it got
   */
  Trial add(String study, Trial trial);

  /** Writes the state, values and attributes of a trial that is there; its curve is kept. */
  void update(String study, Trial trial);

  /** Adds a point to the curve of a running trial. */
  void report(String study, int number, int step, double value);

  /** How often a worker must say that it lives; empty if nobody else can see the trials. */
  Optional<Duration> heartbeatEvery();

  /**
   * Says that the workers of these running trials are alive, and names those whose worker is not.
   *
   * @param own numbers of the caller's running trials
   * @return numbers of running trials that nobody works at any more
   * @throws IllegalStateException if the store was closed
   */
  List<Integer> heartbeat(String study, List<Integer> own);

  @Override
  void close();
}
