package dev.distill.search;

import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One search: ask it for a trial, run that, tell it the value. Thread-safe; what it knows stands in
 * its {@link StudyStore}, so that several processes may work at one study and a study may be gone
 * on with after a crash.
 *
 * <pre>{@code
 * SearchSpace space =
 *     SearchSpace.builder()
 *         .add(new Hyperparameter.Real("x", -10, 10, false, 0, "where to look"))
 *         .build();
 * Study study = Study.builder(space).sampler(new TpeSampler()).create();
 * study.optimize(trial -> Math.pow(trial.parameters().real("x") - 2, 2), 50);
 * Trial best = study.best().orElseThrow();
 * System.out.println(best.value() + " at " + best.parameters().values());
 * }</pre>
 *
 * <p>The same by {@link #ask} and {@link #tell}, for those who run the trials themselves:
 *
 * <pre>{@code
 * for (int i = 0; i < 50; i++) {
 *   Trial trial = study.ask().orElseThrow();
 *   study.tell(trial.number(), evaluate(trial.parameters()));
 * }
 * }</pre>
 */
public final class Study {
  private static final String SEED = "distill:seed";
  private static final String SPACE = "distill:space";

  private final Builder settings;
  private final String name;
  private final StudyStore store;
  private final Heartbeat running;
  private final List<Consumer<Trial>> listeners = new ArrayList<>();
  private final AtomicInteger stops = new AtomicInteger();

  private Study(Builder settings) {
    this.settings = settings;
    this.name = settings.name;
    this.store = settings.store;
    this.running = new Heartbeat(store, name);
  }

  /** Settings of a study in this space, with their defaults. */
  public static Builder builder(SearchSpace space) {
    return new Builder(space);
  }

  /** Calls back with each trial that ended. */
  public synchronized void onEnd(Consumer<Trial> listener) {
    listeners.add(listener);
  }

  /** Puts a configuration in front of what the sampler would suggest. */
  public void enqueue(Hyperparameters parameters) {
    enqueue(parameters, "", Map.of());
  }

  /**
   * Puts a configuration in front of what the sampler would suggest.
   *
   * @param purpose a name for the trial's draws
   * @param userAttributes of the trial
   */
  public synchronized void enqueue(
      Hyperparameters parameters, String purpose, Map<String, Object> userAttributes) {
    Trial trial = waiting(parameters, purpose);
    for (Map.Entry<String, Object> attribute : userAttributes.entrySet()) {
      trial = trial.withUser(attribute.getKey(), attribute.getValue());
    }
    Trial enqueued = trial;
    store.exclusively(name, () -> store.add(name, enqueued));
  }

  /**
   * What a study starts with.
   *
   * @param purpose a name for the trial's draws
   * @param parameters some or all of them; the others take their defaults
   */
  public record Start(String purpose, Hyperparameters parameters) {}

  /**
   * Enqueues what a study starts with: those of the given configurations that it does not have yet,
   * the first trials of a study being the first of them.
   */
  public synchronized void startWith(List<Start> starts) {
    store.exclusively(
        name,
        () -> {
          int there = store.trials(name).size();
          starts.stream()
              .skip(there)
              .forEach(start -> store.add(name, waiting(start.parameters(), start.purpose())));
          return there;
        });
  }

  private Trial waiting(Hyperparameters parameters, String purpose) {
    return Trial.of(0, Trial.State.WAITING, settings.space.complete(parameters.values()), purpose);
  }

  /**
   * The next trial to run: what was enqueued, or what the sampler suggests.
   *
   * @return empty if the sampler has nothing left, or if not enough of the trials in flight have
   *     ended ({@link Builder#inFlight})
   */
  public Optional<Trial> ask() {
    return ask(settings.space);
  }

  /**
   * The next trial to run within a part of the space. What was enqueued comes first, wherever it
   * lies.
   *
   * @param part the space, or what {@link SearchSpace#where} makes of it
   * @return as in {@link #ask()}
   */
  public Optional<Trial> ask(SearchSpace part) {
    return ask(part, Integer.MAX_VALUE);
  }

  /**
   * The next trial to run within a part of the space, where there are not as many trials as are
   * wanted, those of other processes included. What was enqueued comes all the same.
   *
   * @param part as in {@link #ask(SearchSpace)}
   * @param most trials; one that was given again counts once
   * @return as in {@link #ask()}, and empty if there are as many
   */
  public synchronized Optional<Trial> ask(SearchSpace part, int most) {
    return store.exclusively(
        name,
        () -> {
          giveAgain();
          List<Trial> all = store.trials(name);
          Trial waiting = null;
          for (Trial trial : all) {
            if (trial.state() == Trial.State.WAITING
                && (waiting == null || trial.place() < waiting.place())) {
              waiting = trial;
            }
          }
          if (waiting != null) {
            return claim(waiting).or(() -> ask(part, most));
          }
          List<Trial> known = counted(all);
          if (known.size() >= most || !ready(known)) {
            return Optional.empty();
          }
          int nth = known.size();
          String purpose = "trial " + nth;
          return settings
              .sampler
              .suggest(
                  new Sampler.Question(
                      part, view(known, known.size()), nth, settings.seed, purpose))
              .map(p -> store.add(name, Trial.of(0, Trial.State.RUNNING, p, purpose)))
              .map(running::begin);
        });
  }

  /**
   * Runs trials, one after another.
   *
   * @param trials how many
   */
  public void optimize(Objective objective, int trials) {
    optimize(objective, trials, null, 1);
  }

  /**
   * Runs trials, one after another.
   *
   * @param trials how many at most
   * @param timeout after this time no trial begins
   */
  public void optimize(Objective objective, int trials, Duration timeout) {
    optimize(objective, trials, timeout, 1);
  }

  /**
   * Runs trials until there are as many, time is up, {@link #stop} is called or the sampler has
   * nothing left. What the objective throws is noted as the trial's failure and the study goes on.
   * An {@link Error}, or trouble with the store, ends it and is thrown again. If the thread is
   * interrupted, running trials are interrupted and given back unless they end all the same; then
   * this returns with the thread's interrupt flag set.
   *
   * @param trials how many at most
   * @param timeout after this time no trial begins; null for no limit
   * @param threads how many trials at once; suggestions then depend on who ends first unless {@link
   *     Builder#inFlight} is set
   * @throws IllegalStateException if the study has several objectives: ask and tell instead
   */
  public void optimize(Objective objective, int trials, @Nullable Duration timeout, int threads) {
    Curves.atLeast("trials", trials, 0);
    Curves.atLeast("threads", threads, 1);
    if (settings.directions.size() != 1) {
      throw new IllegalStateException(
          "study '%s' has %s objectives; optimize is for one, ask and tell instead"
              .formatted(name, settings.directions.size()));
    }
    new Optimization(this, objective, trials, timeout).run(threads);
  }

  /** Has {@link #optimize} begin no more trials; those that run may end. */
  public synchronized void stop() {
    stops.incrementAndGet();
    notifyAll();
  }

  int stops() {
    return stops.get();
  }

  /**
   * The next trial, once there is one: where too many are in flight, waits for them.
   *
   * @return empty if the sampler has nothing left, or when {@code over}
   */
  synchronized Optional<Trial> next(BooleanSupplier over) throws InterruptedException {
    while (!over.getAsBoolean()) {
      List<Trial> before = store.trials(name);
      Optional<Trial> trial = ask();
      // Others may have asked for as many as may run, and ended, while this asked.
      boolean quiet =
          before.stream().noneMatch(t -> t.state() == Trial.State.RUNNING)
              && begun(store.trials(name)) == begun(before);
      if (trial.isPresent() || quiet) {
        return trial;
      }
      wait(50); // they may end in another process, which does not notify
    }
    return Optional.empty();
  }

  private static long begun(List<Trial> trials) {
    return trials.stream().filter(t -> t.state() != Trial.State.WAITING).count();
  }

  /** Has the trials whose worker died fail, and puts them in front again. */
  private void giveAgain() {
    List<Integer> dead = store.heartbeat(name, List.of());
    if (dead.isEmpty()) {
      return;
    }
    List<Trial> all = store.trials(name);
    dead.forEach(number -> giveAgain(all.get(number), "its worker ended without a word"));
  }

  private void giveAgain(Trial trial, String reason) {
    store.update(
        name,
        trial
            .withSystem(Trial.ABANDONED, true)
            .withSystem(Trial.FAILURE, reason)
            .in(Trial.State.FAILED, List.of()));
    Trial again =
        Trial.of(0, Trial.State.WAITING, trial.parameters(), trial.purpose())
            .withSystem(Trial.INSTEAD_OF, trial.place());
    for (Map.Entry<String, Object> attribute : trial.userAttributes().entrySet()) {
      again = again.withUser(attribute.getKey(), attribute.getValue());
    }
    store.add(name, again);
  }

  /**
   * Takes what was enqueued. Another program may have enqueued some of the parameters, so that the
   * others take their defaults, or what does not fit the space: that fails.
   */
  private Optional<Trial> claim(Trial waiting) {
    Trial claimed = waiting;
    if (waiting.purpose().isEmpty()) {
      try {
        claimed = waiting.with(settings.space.complete(waiting.parameters().values()));
      } catch (IllegalArgumentException e) {
        store.update(
            name,
            waiting
                .withSystem(Trial.FAILURE, String.valueOf(e.getMessage()))
                .in(Trial.State.FAILED, List.of()));
        return Optional.empty();
      }
    }
    claimed = claimed.in(Trial.State.RUNNING, List.of());
    store.update(name, claimed);
    return Optional.of(running.begin(claimed));
  }

  /** Whether so many of the trials in flight have ended that the next one can be suggested. */
  private boolean ready(List<Trial> known) {
    if (settings.inFlight > 0) {
      for (Trial trial : known.subList(0, Math.max(0, known.size() - settings.inFlight + 1))) {
        if (!trial.state().ended()) {
          return false;
        }
      }
    }
    return true;
  }

  /** The trials that count, each in the place that it was first asked for. */
  private static List<Trial> counted(List<Trial> all) {
    boolean none = true;
    for (Trial trial : all) {
      none &= !trial.abandoned();
    }
    if (none) {
      return all;
    }
    return all.stream()
        .filter(t -> !t.abandoned())
        .sorted(Comparator.comparingInt(Trial::place))
        .toList();
  }

  /** What the trial at a place may know of those before: lower is better. */
  private List<Trial> view(List<Trial> known, int place) {
    if (settings.inFlight == 0 && !settings.directions.contains(Direction.MAXIMIZE)) {
      return known;
    }
    List<Trial> seen = new ArrayList<>(known.size());
    for (int i = 0; i < known.size(); i++) {
      Trial trial = known.get(i);
      boolean hidden = settings.inFlight > 0 && i > place - settings.inFlight;
      seen.add(hidden && trial.state().ended() ? trial.unended() : minimized(trial));
    }
    return seen;
  }

  private Trial minimized(Trial trial) {
    return settings.directions.contains(Direction.MAXIMIZE)
        ? trial.minimized(settings.directions)
        : trial;
  }

  /**
   * Adds a point to a running trial's curve.
   *
   * @param step counts from 1
   * @return whether the pruner says to end the trial: then call {@link #prune}
   */
  public synchronized boolean report(int number, int step, double value) {
    Trial trial = running(number);
    if (!Double.isFinite(value)) {
      return false;
    }
    store.report(name, number, step, value);
    if (settings.pruner == Pruner.NONE) {
      return false;
    }
    List<Trial> known = counted(store.trials(name));
    int place = 0;
    while (known.get(place).number() != number) {
      place++;
    }
    List<Trial> others = new ArrayList<>(view(known, place));
    Trial own = minimized(known.get(place));
    if (settings.inFlight > 0) {
      others.subList(Math.max(0, place - settings.inFlight + 1), others.size()).clear();
    }
    others.removeIf(other -> other.number() == number);
    return settings.pruner.prune(own.state() == trial.state() ? own : trial, others);
  }

  /** Notes something about a trial. */
  public synchronized void attribute(int number, String key, Object value) {
    store.exclusively(
        name,
        () -> {
          store.update(name, trial(number).withUser(key, value));
          return null;
        });
  }

  /**
   * Tells the value of a running trial; one that is not finite counts as a failure.
   *
   * @param value lower is better, unless the study maximises
   */
  public void tell(int number, double value) {
    tell(number, List.of(value), List.of(), Map.of());
  }

  /**
   * Tells the values of a running trial.
   *
   * @param values one an objective; if one is not finite, the trial counts as failed
   * @param constraints each at most 0 where met
   * @param userAttributes of the trial
   */
  public void tell(
      int number,
      List<Double> values,
      List<Double> constraints,
      Map<String, Object> userAttributes) {
    if (values.size() != settings.directions.size()) {
      throw new IllegalArgumentException(
          "a trial of study '%s' has %s values, got %s"
              .formatted(name, settings.directions.size(), values.size()));
    }
    for (double value : values) {
      if (!Double.isFinite(value)) {
        fail(number, "the trial's value is " + value, userAttributes);
        return;
      }
    }
    Map<String, Object> system =
        constraints.isEmpty() ? Map.of() : Map.of(Trial.CONSTRAINTS, List.copyOf(constraints));
    end(number, Trial.State.COMPLETE, values, userAttributes, system);
  }

  /** Tells that a running trial was ended early because {@link #report} said so. */
  public void prune(int number, Map<String, Object> userAttributes) {
    end(number, Trial.State.PRUNED, List.of(), userAttributes, Map.of());
  }

  /** Tells that a running trial failed. */
  public void fail(int number, Throwable cause) {
    fail(number, String.valueOf(cause), Map.of());
  }

  /** Tells that a running trial failed, and why. */
  public void fail(int number, String reason, Map<String, Object> userAttributes) {
    end(number, Trial.State.FAILED, List.of(), userAttributes, Map.of(Trial.FAILURE, reason));
  }

  /** Gives a running trial back: it is in front for whoever asks next. */
  public synchronized void giveBack(int number) {
    store.exclusively(
        name,
        () -> {
          giveAgain(running(number), "it was given back");
          return number;
        });
    running.end(number);
    notifyAll();
  }

  private synchronized void end(
      int number,
      Trial.State state,
      List<Double> values,
      Map<String, Object> userAttributes,
      Map<String, Object> systemAttributes) {
    Trial ended =
        store.exclusively(
            name,
            () -> {
              Trial trial = running(number).in(state, values);
              for (Map.Entry<String, Object> attribute : userAttributes.entrySet()) {
                trial = trial.withUser(attribute.getKey(), attribute.getValue());
              }
              for (Map.Entry<String, Object> attribute : systemAttributes.entrySet()) {
                trial = trial.withSystem(attribute.getKey(), attribute.getValue());
              }
              store.update(name, trial);
              return trial;
            });
    running.end(number);
    notifyAll();
    listeners.forEach(listener -> listener.accept(ended));
  }

  private Trial running(int number) {
    Trial trial = trial(number);
    if (trial.state() != Trial.State.RUNNING) {
      running.end(number);
      throw new NotRunningException(number, trial.state());
    }
    return trial;
  }

  private Trial trial(int number) {
    List<Trial> all = store.trials(name);
    if (number < 0 || number >= all.size()) {
      throw new IllegalArgumentException(
          "trial %s was never asked for; there are %s".formatted(number, all.size()));
    }
    return all.get(number);
  }

  /** A copy of all trials in the order of asking. */
  public List<Trial> trials() {
    return store.trials(name);
  }

  /**
   * The trials that count, in the order of asking: one whose worker died is left out, and the one
   * that was given instead of it stands in its place.
   */
  public List<Trial> counted() {
    return counted(store.trials(name));
  }

  /**
   * The complete trial with the best value of the first objective among those that break the
   * constraints least; of equals the first.
   */
  public Optional<Trial> best() {
    return trials().stream()
        .filter(t -> t.state() == Trial.State.COMPLETE)
        .min(
            Comparator.comparingDouble(Trial::violation)
                .thenComparingDouble(t -> minimized(t).value()));
  }

  /**
   * The Pareto front: the complete trials that meet all constraints and than which no other such
   * trial is better in one objective and no worse in the others, in the order of asking. Of trials
   * with the same values all.
   */
  public List<Trial> front() {
    List<Trial> feasible = new ArrayList<>();
    for (Trial trial : trials()) {
      if (trial.state() == Trial.State.COMPLETE && trial.violation() == 0) {
        feasible.add(trial);
      }
    }
    double[][] points = new double[feasible.size()][];
    for (int i = 0; i < points.length; i++) {
      List<Double> values = minimized(feasible.get(i)).values();
      points[i] = values.stream().mapToDouble(Double::doubleValue).toArray();
    }
    int[] ranks = Fronts.ranks(points);
    List<Trial> front = new ArrayList<>();
    for (int i = 0; i < points.length; i++) {
      if (ranks[i] == 0) {
        front.add(feasible.get(i));
      }
    }
    return front;
  }

  /** How much each parameter matters for the first objective ({@link Importance}). */
  public Map<String, Double> importance() {
    return Importance.of(trials(), settings.space);
  }

  /** Somebody else ended a trial, or gave it again. */
  static final class NotRunningException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NotRunningException(int number, Trial.State state) {
      super("trial " + number + " is not running: " + state);
    }
  }

  /** Settings of a study and their defaults. */
  public static final class Builder {
    private final SearchSpace space;
    private String name = "study";
    private long seed = 1;
    private Sampler sampler = new RandomSampler();
    private Pruner pruner = Pruner.NONE;
    private StudyStore store = new MemoryStore();
    private List<Direction> directions = List.of(Direction.MINIMIZE);
    private Map<String, Object> identity = Map.of();
    private Map<String, Object> notes = Map.of();
    private int inFlight;

    private Builder(SearchSpace space) {
      this.space = space;
    }

    /** A name unique in the store; "study" unless set. */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /** The seed of all suggestions; 1 unless set. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** What suggests. */
    public Builder sampler(Sampler value) {
      sampler = value;
      return this;
    }

    /** What ends trials early; nothing unless set. */
    public Builder pruner(Pruner value) {
      pruner = value;
      return this;
    }

    /** Where trials are kept; in memory unless set. */
    public Builder store(StudyStore value) {
      store = value;
      return this;
    }

    /** One direction an objective; one objective to minimise unless set. */
    public Builder directions(List<Direction> value) {
      directions = List.copyOf(value);
      return this;
    }

    /**
     * What else a study must have in common with the one in the store to go on with it, such as a
     * hash of the data. Kept as user attributes of the study.
     */
    public Builder identity(Map<String, Object> value) {
      identity = value;
      return this;
    }

    /**
     * What its user wants to know of a study later, such as what it was made by. Kept as user
     * attributes of the study; going on with it replaces them.
     */
    public Builder notes(Map<String, Object> value) {
      notes = value;
      return this;
    }

    /**
     * Makes suggestions independent of the order in which trials end: the n-th one is made when all
     * but the last {@code trials - 1} before it have ended, and from these alone. 0, the default,
     * lets any number of trials be in flight and uses what is known at the time.
     */
    public Builder inFlight(int trials) {
      inFlight = trials;
      return this;
    }

    /**
     * A new study.
     *
     * @throws StoreException if the store has one of that name
     */
    public Study create() {
      Map<String, Object> user = new LinkedHashMap<>(identity);
      user.putAll(notes);
      store.create(new StudyStore.Header(name, directions, space, user, ownAttributes()));
      return new Study(this);
    }

    private Map<String, Object> ownAttributes() {
      Map<String, Object> system = new LinkedHashMap<>();
      system.put(SEED, seed);
      system.put(SPACE, space.describe());
      return system;
    }

    /** Goes on with another program's study: from now on it has our seed and space. */
    private Study adopt(StudyStore.Header made) {
      if (made.space() != null) {
        List<String> theirs = made.space().describe();
        List<String> ours = space.describe();
        for (int i = 0; i < ours.size(); i++) {
          String parameter = space.dimensions().get(i).parameter().name() + ": ";
          for (String their : theirs) {
            if (their.startsWith(parameter)) {
              same("search space", their, ours.get(i));
            }
          }
        }
      }
      store.adopt(
          new StudyStore.Header(
              name, made.directions(), space, made.userAttributes(), ownAttributes()));
      identity.forEach((key, value) -> store.attribute(name, key, value));
      return noted();
    }

    private Study noted() {
      notes.forEach((key, value) -> store.attribute(name, key, value));
      return new Study(this);
    }

    /**
     * The study of that name in the store, gone on with, or a new one if there is none. One that
     * another program made is taken over if its parameters fit the space.
     *
     * @throws IllegalArgumentException if it was made with another space, seed, directions or
     *     identity
     */
    public Study resume() {
      Optional<StudyStore.Header> found = store.find(name);
      if (found.isEmpty()) {
        try {
          return create();
        } catch (StoreException e) {
          found = store.find(name);
          if (found.isEmpty()) {
            throw e;
          }
          // Another process was as quick.
        }
      }
      StudyStore.Header made = found.get();
      if (!made.systemAttributes().containsKey(SEED)) {
        same("set of directions", made.directions(), directions);
        return adopt(made);
      }
      same(made);
      return noted();
    }

    /**
     * The study of that name in the store, to be read: nothing of it is changed.
     *
     * @throws IllegalArgumentException if there is none, or as in {@link #resume}
     */
    public Study existing() {
      StudyStore.Header made =
          store
              .find(name)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "there is no study '%s', expected one of %s"
                              .formatted(name, store.studies())));
      same(made);
      return new Study(this);
    }

    private void same(StudyStore.Header made) {
      same("set of directions", made.directions(), directions);
      same("seed", made.systemAttributes().get(SEED), seed);
      identity.forEach((key, value) -> same(key, made.userAttributes().get(key), value));
      sameSpace(made.systemAttributes().get(SPACE));
    }

    private void sameSpace(@Nullable Object made) {
      List<String> now = space.describe();
      List<?> before = made instanceof List<?> list ? list : List.of();
      for (int i = 0; i < Math.max(now.size(), before.size()); i++) {
        same(
            "search space",
            i < before.size() ? before.get(i) : "nothing",
            i < now.size() ? now.get(i) : "nothing");
      }
    }

    private void same(String what, @Nullable Object made, Object now) {
      boolean equal =
          (made instanceof Number a && now instanceof Number b)
              ? a.doubleValue() == b.doubleValue() && a.longValue() == b.longValue()
              : now.equals(made);
      if (!equal) {
        throw new IllegalArgumentException(
            "study '%s' was made with another %s: %s, got %s".formatted(name, what, made, now));
      }
    }
  }
}
