package dev.distill.search.jdbc;

import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameters;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Brings what is known of a study up to date: reads new trials, and others until they end. */
final class TrialReader {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");

  /** So many are read by name; more are read with all of the study between the first and last. */
  private static final int FEW = 50;

  private final Sql sql;
  private final Worker worker;
  private final Map<String, Distribution> distributions = new HashMap<>();

  /** A trial while its parts come in. */
  private static final class Draft {
    private final long row;
    private final Trial.State state;
    private final @Nullable Instant started;
    private final @Nullable Instant ended;
    private int number = -1;
    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private final List<Double> values = new ArrayList<>();
    private final TreeMap<Integer, Double> curve = new TreeMap<>();
    private final Map<String, Object> user = new LinkedHashMap<>();
    private final Map<String, Object> system = new LinkedHashMap<>();

    Draft(ResultSet row) throws SQLException {
      this.row = row.getLong(1);
      this.state = state(row.getString(2));
      this.started = instant(row.getString(3));
      this.ended = instant(row.getString(4));
    }

    Trial trial() {
      return new Trial(
          number,
          state,
          new Hyperparameters(parameters),
          state == Trial.State.COMPLETE ? values : List.of(),
          curve,
          user,
          system,
          started,
          ended);
    }
  }

  TrialReader(Sql sql, Worker worker) {
    this.sql = sql;
    this.worker = worker;
  }

  void update(KnownStudy known) {
    if (known.current) {
      return;
    }
    OptionalLong changes = sql.othersChanges();
    if (changes.isPresent() && changes.equals(known.changes)) {
      return;
    }
    List<Draft> drafts = new ArrayList<>();
    if (!known.unended().isEmpty()) {
      List<Object> arguments = new ArrayList<>();
      String which = rows(known, known.unended().keySet(), arguments);
      for (Draft draft : drafts(which, arguments)) {
        Integer number = known.unended().get(draft.row);
        if (number != null && !unchanged(known.trial(number), draft)) {
          draft.number = number;
          drafts.add(draft);
        }
      }
    }
    int number = known.size();
    for (Draft draft : drafts("study_id = ? AND trial_id > ?", List.of(known.id, known.last()))) {
      // Optuna numbers a study's trials by their rows as well.
      draft.number = number++;
      drafts.add(draft);
    }
    if (!drafts.isEmpty()) {
      fill(known, drafts);
      drafts.forEach(draft -> known.put(draft.row, sql.reading(draft::trial)));
    }
    known.current = sql.within();
    known.changes = changes;
  }

  /** A condition that holds for some rows, and if these are many, for others too. */
  private static String rows(KnownStudy known, Set<Long> rows, List<Object> arguments) {
    if (rows.size() <= FEW) {
      arguments.addAll(rows);
      return "trial_id IN (" + String.join(", ", Collections.nCopies(rows.size(), "?")) + ")";
    }
    arguments.addAll(List.of(Collections.min(rows), Collections.max(rows), known.id));
    return "trial_id BETWEEN ? AND ? AND trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)";
  }

  private List<Draft> drafts(String which, List<Object> arguments) {
    return sql.query(
        "SELECT trial_id, state, datetime_start, datetime_complete FROM trials WHERE "
            + which
            + " ORDER BY trial_id",
        Draft::new,
        arguments.toArray());
  }

  /** Nobody touches a waiting trial or one of ours without changing its state. */
  private boolean unchanged(Trial before, Draft now) {
    return before.state() == now.state
        && (now.state == Trial.State.WAITING
            || Worker.of(before.systemAttributes().get(JdbcStore.WORKER))
                .filter(worker::equals)
                .isPresent());
  }

  private void fill(KnownStudy known, List<Draft> drafts) {
    Map<Long, Draft> byRow = new HashMap<>();
    drafts.forEach(draft -> byRow.put(draft.row, draft));
    List<Object> arguments = new ArrayList<>();
    String which = rows(known, byRow.keySet(), arguments);
    Object[] bound = arguments.toArray();
    each(
        "param_name, param_value, distribution_json FROM trial_params WHERE " + which,
        "param_id",
        byRow,
        bound,
        (draft, row) -> {
          String name = row.getString(2);
          Distribution distribution =
              distributions.computeIfAbsent(row.getString(4), Distribution::parse);
          known.read.putIfAbsent(name, distribution);
          draft.parameters.put(name, distribution.decode(row.getDouble(3)));
        });
    each(
        "value, value_type FROM trial_values WHERE " + which,
        "objective",
        byRow,
        bound,
        (draft, row) -> draft.values.add(value(row.getDouble(2), row.getString(3))));
    each(
        "step, intermediate_value, intermediate_value_type FROM trial_intermediate_values WHERE "
            + which,
        "step",
        byRow,
        bound,
        (draft, row) -> draft.curve.put(row.getInt(2), value(row.getDouble(3), row.getString(4))));
    each(
        "\"key\", value_json FROM trial_user_attributes WHERE " + which,
        "trial_user_attribute_id",
        byRow,
        bound,
        (draft, row) -> put(draft.user, row.getString(2), row.getString(3)));
    each(
        "\"key\", value_json FROM trial_system_attributes WHERE " + which,
        "trial_system_attribute_id",
        byRow,
        bound,
        (draft, row) -> put(draft.system, row.getString(2), row.getString(3)));
    for (Draft draft : drafts) {
      Object fixed = draft.system.remove(JdbcStore.FIXED);
      if (draft.state == Trial.State.WAITING && fixed instanceof Map<?, ?> map) {
        map.forEach((name, value) -> fix(known, draft, String.valueOf(name), value));
      }
    }
  }

  private static void fix(KnownStudy known, Draft draft, String name, @Nullable Object value) {
    Distribution distribution = known.written.getOrDefault(name, known.read.get(name));
    Object given;
    if (distribution != null) {
      given = distribution.internal(value);
    } else {
      given = value instanceof Number number ? number : Distribution.text(value);
    }
    draft.parameters.put(name, given);
  }

  /** Does something with a part of a trial. */
  private interface Part {
    void add(Draft draft, ResultSet row) throws SQLException;
  }

  private void each(String what, String order, Map<Long, Draft> drafts, Object[] bound, Part part) {
    sql.query(
        "SELECT trial_id, " + what + " ORDER BY trial_id, " + order,
        row -> {
          Draft draft = drafts.get(row.getLong(1));
          if (draft != null) {
            part.add(draft, row);
          }
          return 0;
        },
        bound);
  }

  @SuppressWarnings("NullAway") // another program's attribute may be null
  static void put(Map<String, Object> attributes, String key, String json) {
    attributes.put(key, Json.read(json));
  }

  private static double value(double stored, String type) {
    return switch (type) {
      case "INF_POS" -> Double.POSITIVE_INFINITY;
      case "INF_NEG" -> Double.NEGATIVE_INFINITY;
      case "NAN" -> Double.NaN;
      default -> stored;
    };
  }

  static String type(double value) {
    if (Double.isNaN(value)) {
      return "NAN";
    }
    return Double.isFinite(value) ? "FINITE" : value > 0 ? "INF_POS" : "INF_NEG";
  }

  private static Trial.State state(String stored) {
    return stored.equals("FAIL") ? Trial.State.FAILED : Trial.State.valueOf(stored);
  }

  static String state(Trial.State state) {
    return state == Trial.State.FAILED ? "FAIL" : state.name();
  }

  /** Optuna notes local times without a zone. */
  private static @Nullable Instant instant(@Nullable String stored) {
    return stored == null
        ? null
        : LocalDateTime.parse(stored.replace(' ', 'T')).atZone(ZoneId.systemDefault()).toInstant();
  }

  static @Nullable String time(@Nullable Instant instant) {
    return instant == null
        ? null
        : TIME.format(LocalDateTime.ofInstant(instant, ZoneId.systemDefault()));
  }
}
