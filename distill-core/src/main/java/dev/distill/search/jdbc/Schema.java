package dev.distill.search.jdbc;

import dev.distill.search.StoreException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * The tables of Optuna, version 3.0 and newer.
 *
 * <p>Optuna marks a database with a revision in {@code alembic_version}: 3.0 and 3.1 with {@code
 * v3.0.0.d}, those since with {@code v3.2.0.a}, which adds an index and changes nothing else. Each
 * refuses the mark of the other, and each takes tables without a mark for its own and marks them.
 * So we make the newer tables and leave the mark to the first Optuna that opens them: old and new
 * ones read our studies.
 */
final class Schema {
  private static final int VERSION = 12;
  private static final Set<String> REVISIONS = Set.of("v3.0.0.d", "v3.2.0.a");

  /** The Optuna whose tables these are. */
  private static final String LIBRARY = "3.2.0";

  private static final String ENUMS =
      """
      studydirection 'NOT_SET','MINIMIZE','MAXIMIZE'
      trialstate 'RUNNING','COMPLETE','PRUNED','FAIL','WAITING'
      trialvaluetype 'FINITE','INF_POS','INF_NEG'
      trialintermediatevaluetype 'FINITE','INF_POS','INF_NEG','NAN'
      """;

  private static final String TABLES =
      """
      studies
        study_id SERIAL NOT NULL,
        study_name VARCHAR(512) NOT NULL,
        PRIMARY KEY (study_id)
      version_info
        version_info_id INTEGER NOT NULL,
        schema_version INTEGER,
        library_version VARCHAR(256),
        PRIMARY KEY (version_info_id),
        CHECK (version_info_id=1)
      study_directions
        study_direction_id SERIAL NOT NULL,
        direction ENUM studydirection 8 NOT NULL,
        study_id INTEGER NOT NULL,
        objective INTEGER NOT NULL,
        PRIMARY KEY (study_direction_id),
        UNIQUE (study_id, objective),
        FOREIGN KEY(study_id) REFERENCES studies (study_id)
      study_user_attributes
        study_user_attribute_id SERIAL NOT NULL,
        study_id INTEGER,
        "key" VARCHAR(512),
        value_json TEXT,
        PRIMARY KEY (study_user_attribute_id),
        UNIQUE (study_id, "key"),
        FOREIGN KEY(study_id) REFERENCES studies (study_id)
      study_system_attributes
        study_system_attribute_id SERIAL NOT NULL,
        study_id INTEGER,
        "key" VARCHAR(512),
        value_json TEXT,
        PRIMARY KEY (study_system_attribute_id),
        UNIQUE (study_id, "key"),
        FOREIGN KEY(study_id) REFERENCES studies (study_id)
      trials
        trial_id SERIAL NOT NULL,
        number INTEGER,
        study_id INTEGER,
        state ENUM trialstate 8 NOT NULL,
        datetime_start TIME,
        datetime_complete TIME,
        PRIMARY KEY (trial_id),
        FOREIGN KEY(study_id) REFERENCES studies (study_id)
      trial_user_attributes
        trial_user_attribute_id SERIAL NOT NULL,
        trial_id INTEGER,
        "key" VARCHAR(512),
        value_json TEXT,
        PRIMARY KEY (trial_user_attribute_id),
        UNIQUE (trial_id, "key"),
        FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
      trial_system_attributes
        trial_system_attribute_id SERIAL NOT NULL,
        trial_id INTEGER,
        "key" VARCHAR(512),
        value_json TEXT,
        PRIMARY KEY (trial_system_attribute_id),
        UNIQUE (trial_id, "key"),
        FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
      trial_params
        param_id SERIAL NOT NULL,
        trial_id INTEGER,
        param_name VARCHAR(512),
        param_value FLOAT,
        distribution_json TEXT,
        PRIMARY KEY (param_id),
        UNIQUE (trial_id, param_name),
        FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
      trial_values
        trial_value_id SERIAL NOT NULL,
        trial_id INTEGER NOT NULL,
        objective INTEGER NOT NULL,
        value FLOAT,
        value_type ENUM trialvaluetype 7 NOT NULL,
        PRIMARY KEY (trial_value_id),
        UNIQUE (trial_id, objective),
        FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
      trial_intermediate_values
        trial_intermediate_value_id SERIAL NOT NULL,
        trial_id INTEGER NOT NULL,
        step INTEGER NOT NULL,
        intermediate_value FLOAT,
        intermediate_value_type ENUM trialintermediatevaluetype 7 NOT NULL,
        PRIMARY KEY (trial_intermediate_value_id),
        UNIQUE (trial_id, step),
        FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
      trial_heartbeats
        trial_heartbeat_id SERIAL NOT NULL,
        trial_id INTEGER NOT NULL,
        heartbeat TIME NOT NULL,
        PRIMARY KEY (trial_heartbeat_id),
        UNIQUE (trial_id),
        FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
      alembic_version
        version_num VARCHAR(32) NOT NULL,
        CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
      """;

  private static final List<String> INDICES =
      List.of(
          "CREATE UNIQUE INDEX IF NOT EXISTS ix_studies_study_name ON studies (study_name)",
          "CREATE INDEX IF NOT EXISTS ix_trials_study_id ON trials (study_id)");

  private Schema() {}

  /** Whether there are studies in the database. */
  static boolean exists(Sql sql) {
    return has(sql, "studies") && has(sql, "version_info");
  }

  private static boolean has(Sql sql, String name) {
    try (ResultSet tables =
        sql.connection()
            .getMetaData()
            .getTables(
                sql.connection().getCatalog(),
                sql.connection().getSchema(),
                "%",
                new String[] {"TABLE", "BASE TABLE"})) {
      while (tables.next()) {
        if (tables.getString("TABLE_NAME").equalsIgnoreCase(name)) {
          return true;
        }
      }
      return false;
    } catch (SQLException e) {
      throw sql.failure(e);
    }
  }

  /** Makes the tables, unless somebody else does so at the same time. */
  static void create(Sql sql) {
    Dialect dialect = sql.dialect();
    sql.transaction(
        () -> {
          if (dialect == Dialect.POSTGRES) {
            sql.execute("SELECT pg_advisory_xact_lock(8103552)");
            for (String line : ENUMS.lines().toList()) {
              String[] parts = line.split(" ");
              sql.execute(
                  "DO $$ BEGIN CREATE TYPE %s AS ENUM (%s); EXCEPTION WHEN duplicate_object THEN NULL; END $$"
                      .formatted(parts[0], parts[1]));
            }
          }
          for (String table : TABLES.split("\n(?! )")) {
            String name = table.lines().findFirst().orElseThrow();
            sql.execute(
                sql.quoted(
                    "CREATE TABLE IF NOT EXISTS %s (%s)"
                        .formatted(
                            name, dialect.definition(table.substring(name.length()).strip()))));
          }
          INDICES.forEach(sql::execute);
          if (sql.query("SELECT schema_version FROM version_info", row -> row.getInt(1))
              .isEmpty()) {
            sql.update(
                "INSERT INTO version_info (version_info_id, schema_version, library_version)"
                    + " VALUES (1, ?, ?)",
                VERSION,
                LIBRARY);
          }
          return 0;
        });
  }

  /** Refuses tables of versions that we don't know. */
  static void check(Sql sql, String where) {
    for (int version : sql.query("SELECT schema_version FROM version_info", row -> row.getInt(1))) {
      if (version > VERSION) {
        throw newer(where, "schema " + version);
      }
    }
    if (!has(sql, "alembic_version")) {
      return;
    }
    for (String revision :
        sql.query("SELECT version_num FROM alembic_version", row -> row.getString(1))) {
      if (REVISIONS.contains(revision)) {
        continue;
      }
      if (revision.compareTo("v3.0.0.d") < 0) {
        throw new StoreException(
            "the study store %s has the tables of an older Optuna (%s); upgrade it with: optuna storage upgrade"
                .formatted(where, revision),
            null);
      }
      throw newer(where, revision);
    }
  }

  private static StoreException newer(String where, String found) {
    return new StoreException(
        "the study store %s was made by a newer program (%s; known are schema %s, %s): update Distill"
            .formatted(where, found, VERSION, REVISIONS.stream().sorted().toList()),
        null);
  }
}
