package dev.distill.search.jdbc;

import dev.distill.search.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens files and URLs, with a clear line for each way in which that fails. */
final class Connections {
  private static final String SQLITE = "jdbc:sqlite:";

  private Connections() {}

  /** What a file or URL is called in messages: without its secrets. */
  static String where(String place) {
    if (isFile(place)) {
      return place;
    }
    return place
        .replaceFirst("[?;].*", "")
        .replaceFirst("//[^/@]*@", "//")
        .replaceFirst("^" + SQLITE, "");
  }

  /** The URL of a file; a URL stays as it is. */
  static String url(String place) {
    if (place.startsWith("jdbc:")) {
      return place;
    }
    if (place.contains("://")) {
      throw new StoreException(
          "a study store is a file or a JDBC URL, which starts with 'jdbc:', got %s"
              .formatted(where(place)),
          null);
    }
    // To the driver a ? ends the name, unless it is an address.
    return SQLITE
        + (place.contains("?")
            ? "file:" + place.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
            : place);
  }

  private static boolean isFile(String place) {
    return !place.startsWith("jdbc:") && !place.contains("://");
  }

  /**
   * Opens a store.
   *
   * @param existing whether it must be there already; nothing is made or changed then
   */
  static Sql open(String place, Duration patience, boolean existing) {
    String url = url(place);
    String where = where(place);
    Dialect dialect = Dialect.of(url);
    Failures failures = new Failures(where, dialect, patience);
    if (dialect == Dialect.SQLITE) {
      file(place, url).ifPresent(file -> check(file, existing));
    }
    if (DriverManager.drivers().noneMatch(driver -> accepts(driver, url))) {
      throw new StoreException(
          "no driver for the study store %s: add %s to the class path"
              .formatted(where, Dialect.driver(url)),
          null);
    }
    try {
      Connection connection = DriverManager.getConnection(url);
      Sql sql = new Sql(connection, dialect, failures);
      try {
        prepare(sql, where, patience, existing);
        return sql;
      } catch (Throwable e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failures.of(e);
    }
  }

  private static boolean accepts(Driver driver, String url) {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException e) {
      return false;
    }
  }

  /** The file of an SQLite store, unless that is in memory. */
  private static Optional<Path> file(String place, String url) {
    String path =
        isFile(place)
            ? place
            : url.substring(SQLITE.length()).replaceFirst("\\?.*", "").replaceFirst("^file:", "");
    return path.isEmpty() || path.contains(":memory:")
        ? Optional.empty()
        : Optional.of(Path.of(path));
  }

  private static void check(Path file, boolean existing) {
    if (Files.isDirectory(file)) {
      throw new StoreException("the study store %s is a folder: name a file".formatted(file), null);
    }
    if (existing && !Files.exists(file)) {
      throw new StoreException(
          "there is no study store %s; 'distill run --study' makes one".formatted(file), null);
    }
    Path folder = parent(file);
    if (folder != null && !Files.isDirectory(folder)) {
      throw new StoreException(
          "the study store %s can't be made: there is no folder %s".formatted(file, folder), null);
    }
  }

  private static @Nullable Path parent(Path file) {
    return file.toAbsolutePath().getParent();
  }

  private static void prepare(Sql sql, String where, Duration patience, boolean existing) {
    switch (sql.dialect()) {
      case SQLITE -> sql.execute("PRAGMA busy_timeout = " + patience.toMillis());
      case POSTGRES -> sql.execute("SET lock_timeout = " + patience.toMillis());
      case OTHER -> {}
    }
    boolean there = Schema.exists(sql);
    if (there) {
      Schema.check(sql, where);
    } else if (existing) {
      throw new StoreException("there are no studies in " + where, null);
    }
    if (existing) {
      return;
    }
    if (sql.dialect() == Dialect.SQLITE) {
      journal(sql, patience);
    }
    if (!there) {
      create(sql, where);
    }
  }

  private static void create(Sql sql, String where) {
    try {
      Schema.create(sql);
    } catch (StoreException e) {
      if (sql.dialect() == Dialect.OTHER) {
        throw new StoreException(
            "the tables can't be made in %s: make them with 'optuna create-study', then try again (%s)"
                .formatted(where, e.getMessage()),
            e);
      }
      throw e;
    }
  }

  /**
   * Has readers and writers not wait for each other. A commit survives the end of the process; what
   * the system did not yet write when the power fails is taken back as a whole.
   */
  private static void journal(Sql sql, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        String mode = sql.query("PRAGMA journal_mode", row -> row.getString(1)).get(0);
        if (mode.equals("delete") || mode.equals("truncate") || mode.equals("persist")) {
          sql.execute("PRAGMA journal_mode = WAL");
        }
        sql.execute("PRAGMA synchronous = NORMAL");
        return;
      } catch (StoreException e) {
        // SQLite does not wait by itself where several change the mode at once.
        if (!Failures.busy(e) || System.nanoTime() > end) {
          throw e;
        }
        try {
          Thread.sleep(20);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }
}
