package dev.distill.search.jdbc;

import dev.distill.search.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, in one line that says what to do.
 *
 * @param where the file, or the URL without its secrets
 * @param dialect whose codes an exception carries
 * @param patience how long a lock was waited for
 */
record Failures(String where, Dialect dialect, Duration patience) {

  StoreException of(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    String words =
        switch (dialect) {
          case SQLITE -> sqlite(e.getErrorCode());
          case POSTGRES -> postgres(state);
          case OTHER -> null;
        };
    if (words == null && state.startsWith("08")) {
      words = "can't be reached; check the address and that the server runs";
    }
    String message = line(e);
    return new StoreException(
        words == null
            ? "the study store %s failed: %s".formatted(where, message)
            : "the study store %s %s (%s)".formatted(where, words, message),
        e);
  }

  /** Whether SQLite said that somebody else has the lock. */
  static boolean busy(StoreException e) {
    return e.getCause() instanceof SQLException cause && (cause.getErrorCode() & 0xff) == 5;
  }

  /** Whether a row that may stand once stands already. */
  static boolean duplicate(StoreException e) {
    return e.getCause() instanceof SQLException cause && "23505".equals(cause.getSQLState());
  }

  private @Nullable String sqlite(int code) {
    return switch (code & 0xff) {
      case 3, 23 -> "can't be opened: there is no permission to";
      case 5, 6 ->
          "has been locked by another program for more than %s s; end that or try again later"
              .formatted(patience.toSeconds());
      case 8 -> "can't be written: make the file and its folder writable, or copy it elsewhere";
      case 10 -> "can't be read or written; check the disk, then resume";
      case 11 ->
          "is damaged, perhaps cut short: take a copy, or recover it with the sqlite3 tool's .recover";
      case 13 -> "has no room left to write; what was told before is kept: make room, then resume";
      case 14 -> "can't be opened: check that its folder exists and may be written";
      case 26 -> "is no study store: the file is not an SQLite database";
      default -> null;
    };
  }

  private @Nullable String postgres(String state) {
    return switch (state) {
      case "28000", "28P01" -> "can't be opened: check user and password";
      case "3D000" -> "can't be opened: make the database first";
      case "42501", "25006" -> "can't be written: the user has no right to";
      case "53100" ->
          "has no room left to write; what was told before is kept: make room, then resume";
      case "55P03" ->
          "has been locked by another program for more than %s s; end that or try again later"
              .formatted(patience.toSeconds());
      default -> null;
    };
  }

  private static String line(SQLException e) {
    String message = String.valueOf(e.getMessage()).strip();
    return message.lines().findFirst().orElse("");
  }
}
