package dev.distill.search.jdbc;

import dev.distill.search.Direction;
import dev.distill.search.StoreException;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store in a database with the tables of Optuna: an SQLite file, PostgreSQL, or another database
 * whose JDBC driver is on the class path. Several threads may share a store; several processes may
 * open the same file or database.
 *
 * <p>What is written is kept when the process ends at once. Trials that ended are read once: what
 * another process notes of them later is seen when the store is opened again.
 */
public final class JdbcStore implements StudyStore {
  /** System attribute of a trial: who runs it. */
  static final String WORKER = "distill:worker";

  /** System attribute of a trial that waits: its parameters. */
  static final String FIXED = "fixed_params";

  /** System attribute of a study: its space, which Optuna's tables don't hold as a whole. */
  private static final String DIMENSIONS = "distill:dimensions";

  /**
   * How long things last.
   *
   * @param heartbeat how often a worker says that it lives
   * @param grace how long it may be silent, by the database's clock, before its trials are given to
   *     others; on the same host a dead worker is known at once
   * @param patience how long to wait for a lock that somebody else holds
   */
  public record Timing(Duration heartbeat, Duration grace, Duration patience) {
    /** What holds unless told otherwise. */
    public static final Timing DEFAULT =
        new Timing(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(60));

    /** Checks that a worker is not silent by its own doing. */
    public Timing {
      if (heartbeat.isNegative() || heartbeat.isZero() || grace.compareTo(heartbeat) <= 0) {
        throw new IllegalArgumentException(
            "heartbeat must be > 0 and grace longer, got %s and %s".formatted(heartbeat, grace));
      }
    }
  }

  private final String where;
  private final Sql sql;
  private final Timing timing;
  private final Worker worker;
  private final TrialReader reader;
  private final Map<String, KnownStudy> known = new HashMap<>();

  private JdbcStore(String place, Timing timing, boolean existing) {
    this.where = Connections.where(place);
    this.timing = timing;
    this.sql = Connections.open(place, timing.patience(), existing);
    this.worker = Worker.open();
    this.reader = new TrialReader(sql, worker);
  }

  /** An SQLite file, which is made if it is not there. */
  public static JdbcStore open(Path file) {
    return open(file.toString());
  }

  /** A JDBC URL or the name of an SQLite file; tables are made if they are not there. */
  public static JdbcStore open(String place) {
    return open(place, Timing.DEFAULT);
  }

  /** A JDBC URL or the name of an SQLite file; tables are made if they are not there. */
  public static JdbcStore open(String place, Timing timing) {
    return new JdbcStore(place, timing, false);
  }

  /** A JDBC URL or the name of an SQLite file where studies are already. */
  public static JdbcStore existing(String place) {
    return new JdbcStore(place, Timing.DEFAULT, true);
  }

  @Override
  public synchronized List<String> studies() {
    return sql.query("SELECT study_name FROM studies ORDER BY study_id", row -> row.getString(1));
  }

  @Override
  public synchronized Optional<Header> find(String study) {
    return row(study, "").map(id -> sql.reading(() -> header(study, id)));
  }

  private Header header(String study, long id) {
    List<Direction> directions =
        sql.query(
            "SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective",
            row -> row.getString(1).equals("MAXIMIZE") ? Direction.MAXIMIZE : Direction.MINIMIZE,
            id);
    Map<String, Object> system = attributes("study_system_attributes", id);
    SearchSpace space =
        system.remove(DIMENSIONS) instanceof Map<?, ?> written ? Spaces.read(written) : derived(id);
    return new Header(study, directions, space, attributes("study_user_attributes", id), system);
  }

  private Map<String, Object> attributes(String table, long study) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    sql.query(
        "SELECT \"key\", value_json FROM %s WHERE study_id = ? ORDER BY %s"
            .formatted(table, table.substring(0, table.length() - 1) + "_id"),
        row -> {
          TrialReader.put(attributes, row.getString(1), row.getString(2));
          return 0;
        },
        study);
    return attributes;
  }

  /** A parameter's distribution in some trials of a study. */
  private record Used(String name, Distribution distribution, long times) {}

  /** The space of another program's study, if all its trials have the same parameters. */
  private @Nullable SearchSpace derived(long study) {
    String ended = "trials WHERE study_id = ? AND state IN ('COMPLETE', 'PRUNED')";
    long trials = sql.query("SELECT COUNT(*) FROM " + ended, row -> row.getLong(1), study).get(0);
    List<Used> uses =
        sql.query(
            "SELECT param_name, distribution_json, COUNT(*), MIN(param_id) FROM trial_params"
                + " WHERE trial_id IN (SELECT trial_id FROM "
                + ended
                + ") GROUP BY param_name, distribution_json ORDER BY 4",
            row -> new Used(row.getString(1), Distribution.parse(row.getString(2)), row.getLong(3)),
            study);
    Map<String, Used> together = new LinkedHashMap<>();
    for (Used use : uses) {
      together.merge(
          use.name(),
          use,
          (a, b) ->
              new Used(a.name(), a.distribution().wider(b.distribution()), a.times() + b.times()));
    }
    SearchSpace.Builder space = SearchSpace.builder();
    for (Used use : together.values()) {
      Optional<Hyperparameter> parameter = use.distribution().parameter(use.name());
      if (use.times() < trials || parameter.isEmpty()) {
        return null;
      }
      space.add(parameter.get());
    }
    return together.isEmpty() ? null : space.build();
  }

  @Override
  public synchronized void create(Header header) {
    try {
      sql.transaction(
          () -> {
            if (row(header.name(), "").isPresent()) {
              throw taken(header.name(), null);
            }
            long id =
                sql.insert(
                    "INSERT INTO studies (study_name) VALUES (?)", "study_id", header.name());
            for (int i = 0; i < header.directions().size(); i++) {
              sql.update(
                  "INSERT INTO study_directions (direction, study_id, objective)"
                      + " VALUES (?studydirection, ?, ?)",
                  header.directions().get(i).name(),
                  id,
                  i);
            }
            header.userAttributes().forEach((key, value) -> note("study_user", id, key, value));
            described(id, header);
            return id;
          });
    } catch (StoreException e) {
      // Databases other than SQLite let another process come in between.
      if (Failures.duplicate(e)) {
        throw taken(header.name(), e);
      }
      throw e;
    }
  }

  private StoreException taken(String study, @Nullable Throwable cause) {
    return new StoreException("there is a study '%s' already in %s".formatted(study, where), cause);
  }

  @Override
  public synchronized void adopt(Header header) {
    transaction(
        header.name(),
        study -> {
          described(study.id, header);
          return 0;
        });
    known.remove(header.name());
  }

  private void described(long study, Header header) {
    if (header.space() != null) {
      note("study_system", study, DIMENSIONS, Spaces.write(header.space()));
    }
    header.systemAttributes().forEach((key, value) -> note("study_system", study, key, value));
  }

  @Override
  public synchronized void attribute(String study, String key, Object value) {
    transaction(
        study,
        it -> {
          note("study_user", it.id, key, value);
          return 0;
        });
  }

  /** Replaces or adds an attribute of a study or trial. */
  private void note(String kind, long id, String key, @Nullable Object value) {
    String owner = kind.startsWith("study") ? "study_id" : "trial_id";
    String json = Json.write(value);
    int there =
        sql.update(
            "UPDATE %s_attributes SET value_json = ? WHERE %s = ? AND \"key\" = ?"
                .formatted(kind, owner),
            json,
            id,
            key);
    if (there == 0) {
      sql.update(
          "INSERT INTO %s_attributes (%s, \"key\", value_json) VALUES (?, ?, ?)"
              .formatted(kind, owner),
          id,
          key,
          json);
    }
  }

  @Override
  public synchronized <T> T exclusively(String study, Supplier<T> work) {
    return transaction(study, it -> work.get());
  }

  private <T> T transaction(String study, Function<KnownStudy, T> work) {
    if (sql.within()) {
      return work.apply(study(study));
    }
    boolean done = false;
    try {
      T result = sql.transaction(() -> work.apply(locked(study)));
      done = true;
      return result;
    } finally {
      KnownStudy it = known.get(study);
      if (it != null) {
        it.current = false;
      }
      if (!done) {
        known.remove(study);
      }
    }
  }

  private KnownStudy locked(String study) {
    return known(study, row(study, sql.dialect().lock()));
  }

  private KnownStudy study(String study) {
    KnownStudy found = known.get(study);
    return sql.within() && found != null ? found : known(study, row(study, ""));
  }

  private KnownStudy known(String study, Optional<Long> row) {
    long id =
        row.orElseThrow(
            () ->
                new StoreException(
                    "there is no study '%s' in %s; there are %s".formatted(study, where, studies()),
                    null));
    KnownStudy found = known.get(study);
    if (found == null || found.id != id) {
      found = new KnownStudy(id);
      known.put(study, found);
    }
    return found;
  }

  private Optional<Long> row(String study, String lock) {
    return sql
        .query(
            "SELECT study_id FROM studies WHERE study_name = ?" + lock,
            row -> row.getLong(1),
            study)
        .stream()
        .findFirst();
  }

  /** What is known of a study, up to date. */
  private KnownStudy current(String study) {
    KnownStudy it = study(study);
    if (it.written.isEmpty()) {
      SearchSpace space = header(study, it.id).space();
      if (space != null) {
        for (SearchSpace.Dimension dimension : space.dimensions()) {
          Hyperparameter parameter = dimension.parameter();
          it.written.put(parameter.name(), Distribution.of(parameter));
        }
      }
    }
    reader.update(it);
    return it;
  }

  @Override
  public synchronized List<Trial> trials(String study) {
    return current(study).trials();
  }

  @Override
  public synchronized Trial add(String study, Trial trial) {
    return transaction(
        study,
        locked -> {
          KnownStudy it = current(study);
          long row =
              sql.insert(
                  "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)"
                      + " VALUES (?, ?, ?trialstate, ?timestamp, ?timestamp)",
                  "trial_id",
                  it.size(),
                  it.id,
                  TrialReader.state(trial.state()),
                  TrialReader.time(trial.started()),
                  TrialReader.time(trial.ended()));
          Trial added = kept(it.size(), trial, trial.curve(), Map.of());
          if (trial.state() == Trial.State.WAITING) {
            Map<String, @Nullable Object> fixed = new LinkedHashMap<>();
            trial
                .parameters()
                .values()
                .forEach(
                    (name, value) -> fixed.put(name, written(study, it, name).external(value)));
            insert("trial_system", row, FIXED, fixed);
          } else {
            parameters(study, it, row, trial);
          }
          trial.userAttributes().forEach((key, value) -> insert("trial_user", row, key, value));
          added.systemAttributes().forEach((key, value) -> insert("trial_system", row, key, value));
          trial.curve().forEach((step, value) -> point(row, step, value));
          values(row, trial);
          it.put(row, added);
          return added;
        });
  }

  private void insert(String kind, long trial, String key, @Nullable Object value) {
    sql.update(
        "INSERT INTO %s_attributes (trial_id, \"key\", value_json) VALUES (?, ?, ?)"
            .formatted(kind),
        trial,
        key,
        Json.write(value));
  }

  /** What begins when a trial runs: its parameters stand, and its worker is known. */
  private void parameters(String study, KnownStudy it, long row, Trial trial) {
    trial
        .parameters()
        .values()
        .forEach(
            (name, value) -> {
              Distribution distribution = written(study, it, name);
              sql.update(
                  "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)"
                      + " VALUES (?, ?, ?, ?)",
                  row,
                  name,
                  distribution.encode(value),
                  distribution.json());
            });
    if (trial.state() == Trial.State.RUNNING) {
      beat(row);
    }
  }

  private void beat(long row) {
    String now = sql.dialect().now();
    if (sql.update("UPDATE trial_heartbeats SET heartbeat = " + now + " WHERE trial_id = ?", row)
        == 0) {
      sql.update("INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, " + now + ")", row);
    }
  }

  /**
   * How a parameter is written: as the study's space has it, never a part of that, since Optuna
   * wants it the same in all trials; and with the options of other programs' trials, since these
   * may be something else than strings.
   */
  private Distribution written(String study, KnownStudy it, String name) {
    Distribution found = it.written.get(name);
    if (found == null) {
      throw new StoreException(
          "study '%s' in %s has no parameter '%s'; it has %s"
              .formatted(study, where, name, it.written.keySet().stream().sorted().toList()),
          null);
    }
    Distribution read = it.read.get(name);
    return read != null && found.isChoice() ? read : found;
  }

  private void values(long row, Trial trial) {
    for (int i = 0; i < trial.values().size(); i++) {
      double value = trial.values().get(i);
      if (Double.isNaN(value)) {
        throw new IllegalArgumentException("a value must be a number, got NaN");
      }
      sql.update(
          "INSERT INTO trial_values (trial_id, objective, value, value_type)"
              + " VALUES (?, ?, ?, ?trialvaluetype)",
          row,
          i,
          Double.isFinite(value) ? value : null,
          TrialReader.type(value));
    }
  }

  private void point(long row, int step, double value) {
    sql.update(
        "INSERT INTO trial_intermediate_values"
            + " (trial_id, step, intermediate_value, intermediate_value_type)"
            + " VALUES (?, ?, ?, ?trialintermediatevaluetype)",
        row,
        step,
        Double.isFinite(value) ? value : null,
        TrialReader.type(value));
  }

  @Override
  public synchronized void update(String study, Trial trial) {
    transaction(
        study,
        locked -> {
          KnownStudy it = current(study);
          Trial before = it.trial(trial.number());
          Trial after = kept(trial.number(), trial, before.curve(), before.systemAttributes());
          long row = it.row(trial.number());
          if (before.state() != after.state()) {
            sql.update(
                "UPDATE trials SET state = ?trialstate, datetime_start = ?timestamp,"
                    + " datetime_complete = ?timestamp WHERE trial_id = ?",
                TrialReader.state(after.state()),
                TrialReader.time(after.started()),
                TrialReader.time(after.ended()),
                row);
            if (before.state() == Trial.State.WAITING) {
              parameters(study, it, row, after);
            }
          }
          if (before.values().isEmpty()) {
            values(row, after);
          }
          changed("trial_user", row, before.userAttributes(), after.userAttributes());
          changed("trial_system", row, before.systemAttributes(), after.systemAttributes());
          it.put(row, after);
          return 0;
        });
  }

  private void changed(
      String kind, long row, Map<String, Object> before, Map<String, Object> after) {
    after.forEach(
        (key, value) -> {
          if (!Objects.equals(before.get(key), value)) {
            note(kind, row, key, value);
          }
        });
  }

  /** The trial as it will be read back, with its worker if it runs now. */
  private Trial kept(
      int number, Trial trial, SortedMap<Integer, Double> curve, Map<String, Object> before) {
    Map<String, Object> system = new LinkedHashMap<>(before);
    system.putAll(trial.systemAttributes());
    if (trial.state() == Trial.State.RUNNING && !before.containsKey(WORKER)) {
      system.put(WORKER, worker.attribute());
    }
    Map<String, Object> user = new LinkedHashMap<>(trial.userAttributes());
    user.replaceAll((key, value) -> asRead(value));
    system.replaceAll((key, value) -> asRead(value));
    return with(number, trial, curve, user, system);
  }

  /** A value of an attribute with the types that JSON makes of it. */
  private static Object asRead(Object value) {
    boolean same =
        value instanceof String
            || value instanceof Boolean
            || value instanceof Integer
            || value instanceof Double;
    Object read = same ? value : Json.read(Json.write(value));
    return read == null ? value : read;
  }

  private static Trial with(
      int number,
      Trial trial,
      SortedMap<Integer, Double> curve,
      Map<String, Object> user,
      Map<String, Object> system) {
    return new Trial(
        number,
        trial.state(),
        trial.parameters(),
        trial.values(),
        curve,
        user,
        system,
        micros(trial.started()),
        micros(trial.ended()));
  }

  private static @Nullable Instant micros(@Nullable Instant instant) {
    return instant == null ? null : instant.truncatedTo(ChronoUnit.MICROS);
  }

  @Override
  public synchronized void report(String study, int number, int step, double value) {
    transaction(
        study,
        known -> {
          KnownStudy it = number < known.size() ? known : current(study);
          Trial trial = it.trial(number);
          long row = it.row(number);
          int there =
              !trial.curve().containsKey(step)
                  ? 0
                  : sql.update(
                      "UPDATE trial_intermediate_values SET intermediate_value = ?,"
                          + " intermediate_value_type = ?trialintermediatevaluetype"
                          + " WHERE trial_id = ? AND step = ?",
                      Double.isFinite(value) ? value : null,
                      TrialReader.type(value),
                      row,
                      step);
          if (there == 0) {
            point(row, step, value);
          }
          SortedMap<Integer, Double> curve = new TreeMap<>(trial.curve());
          curve.put(step, value);
          it.put(row, with(number, trial, curve, trial.userAttributes(), trial.systemAttributes()));
          return 0;
        });
  }

  @Override
  public Optional<Duration> heartbeatEvery() {
    return Optional.of(timing.heartbeat());
  }

  @Override
  public synchronized List<Integer> heartbeat(String study, List<Integer> own) {
    if (!own.isEmpty()) {
      transaction(
          study,
          locked -> {
            KnownStudy it = current(study);
            for (int number : own) {
              if (number < it.size()) {
                beat(it.row(number));
              }
            }
            return 0;
          });
    }
    KnownStudy it = current(study);
    List<Integer> dead = new ArrayList<>();
    for (Map.Entry<Long, Integer> each : it.unended().entrySet()) {
      Trial trial = it.trial(each.getValue());
      // Another program's trials have no worker that we know of: its own business.
      Optional<Worker> runs = Worker.of(trial.systemAttributes().get(WORKER));
      if (trial.state() == Trial.State.RUNNING
          && runs.isPresent()
          && !own.contains(trial.number())
          && !(runs.get().here() ? runs.get().alive() : fresh(each.getKey()))) {
        dead.add(trial.number());
      }
    }
    return dead;
  }

  private boolean fresh(long row) {
    List<Double> ages =
        sql.query(
            "SELECT %s FROM trial_heartbeats WHERE trial_id = ?"
                .formatted(sql.dialect().age("heartbeat")),
            found -> found.getDouble(1),
            row);
    return ages.isEmpty() || ages.get(0) <= timing.grace().toSeconds();
  }

  @Override
  public synchronized void close() {
    worker.close();
    sql.close();
  }
}
