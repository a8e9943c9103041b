package dev.distill.search.jdbc;

import dev.distill.search.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One connection and its prepared statements; not thread-safe. */
final class Sql implements AutoCloseable {
  private static final int KEPT = 200;

  /** Makes something of a row. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private final Connection connection;
  private final Dialect dialect;
  private final Failures failures;
  private final String quote;
  private final Map<String, PreparedStatement> prepared = new LinkedHashMap<>();
  private boolean within;
  private boolean closed;

  Sql(Connection connection, Dialect dialect, Failures failures) throws SQLException {
    this.connection = connection;
    this.dialect = dialect;
    this.failures = failures;
    this.quote = connection.getMetaData().getIdentifierQuoteString().trim();
  }

  Connection connection() {
    return connection;
  }

  Dialect dialect() {
    return dialect;
  }

  /** Whether a transaction is under way. */
  boolean within() {
    return within;
  }

  /** Runs work in a transaction; it must not be called within one. */
  <T> T transaction(Supplier<T> work) {
    try {
      begin();
      within = true;
      boolean done = false;
      try {
        T result = work.get();
        commit();
        done = true;
        return result;
      } finally {
        within = false;
        if (!done) {
          rollback();
        }
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private void begin() throws SQLException {
    if (dialect == Dialect.SQLITE) {
      // By hand, since the driver loses count where it is refused the lock. The write lock is taken
      // at once: a transaction that reads first can be refused it when it writes.
      bound("BEGIN IMMEDIATE").execute();
    } else {
      connection.setAutoCommit(false);
    }
  }

  private void commit() throws SQLException {
    if (dialect == Dialect.SQLITE) {
      bound("COMMIT").execute();
    } else {
      connection.commit();
      connection.setAutoCommit(true);
    }
  }

  /** What ended the work is on its way to the caller: nothing of this may hide it. */
  private void rollback() {
    try {
      if (dialect == Dialect.SQLITE) {
        execute("ROLLBACK");
      } else {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException | StoreException e) {
      // A full disk ends a transaction by itself, and so does a lost connection.
    }
  }

  /**
   * A number that another connection's commits change and this one's don't, where the database has
   * such a thing.
   */
  OptionalLong othersChanges() {
    return dialect == Dialect.SQLITE
        ? OptionalLong.of(query("PRAGMA data_version", row -> row.getLong(1)).get(0))
        : OptionalLong.empty();
  }

  /** With names in the quotes of this database. */
  String quoted(String words) {
    return words.replace("\"", quote);
  }

  /** How many rows were changed. */
  int update(String sql, @Nullable Object... arguments) {
    try {
      return bound(sql, arguments).executeUpdate();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** Inserts a row into a table; the number that it got. */
  long insert(String sql, String id, @Nullable Object... arguments) {
    try {
      PreparedStatement statement = prepared.get(sql);
      if (statement == null) {
        statement = connection.prepareStatement(dialect.translate(quoted(sql)), new String[] {id});
        prepared.put(sql, statement);
      }
      bind(statement, arguments).executeUpdate();
      try (ResultSet keys = statement.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  <T> List<T> query(String sql, Row<T> row, @Nullable Object... arguments) {
    List<T> found = new ArrayList<>();
    try (ResultSet rows = bound(sql, arguments).executeQuery()) {
      while (rows.next()) {
        found.add(read(row, rows));
      }
    } catch (SQLException e) {
      throw failure(e);
    }
    return found;
  }

  private <T> T read(Row<T> row, ResultSet rows) throws SQLException {
    try {
      return row.read(rows);
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  /** Makes something of what was read; what another program left there may be anything. */
  <T> T reading(Supplier<T> made) {
    try {
      return made.get();
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  private RuntimeException unreadable(RuntimeException e) {
    if (e instanceof StoreException || e instanceof IllegalStateException) {
      return e;
    }
    return new StoreException(
        "the study store %s holds what can't be read: %s"
            .formatted(
                failures.where(),
                e instanceof IllegalArgumentException || e instanceof DateTimeException
                    ? e.getMessage()
                    : e.toString()),
        e);
  }

  void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  StoreException failure(SQLException e) {
    if (closed) {
      throw new IllegalStateException(
          "the study store %s is closed".formatted(failures.where()), e);
    }
    // A statement that failed may be of no more use.
    forget();
    return failures.of(e);
  }

  private void forget() {
    for (PreparedStatement statement : prepared.values()) {
      try {
        statement.close();
      } catch (SQLException e) {
        // It is of no more use in any case.
      }
    }
    prepared.clear();
  }

  private PreparedStatement bound(String sql, @Nullable Object... arguments) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      if (prepared.size() >= KEPT) {
        forget();
      }
      statement = connection.prepareStatement(dialect.translate(quoted(sql)));
      prepared.put(sql, statement);
    }
    return bind(statement, arguments);
  }

  @SuppressWarnings("NullAway") // setObject takes null, as JDBC 4 says
  private static PreparedStatement bind(PreparedStatement statement, @Nullable Object... arguments)
      throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
    return statement;
  }

  @Override
  public void close() {
    try {
      closed = true;
      connection.close();
    } catch (SQLException e) {
      throw failure(e);
    }
  }
}
