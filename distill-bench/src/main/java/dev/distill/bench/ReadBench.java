package dev.distill.bench;

import dev.distill.cli.data.TableReader;
import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How long a CSV takes from the file to features and labels in memory, and how long DuckDB takes to
 * look at each of its cells once (the largest of each column, which needs no memory) and to make a
 * table of its own of them: alternately, in one process, DuckDB with all cores.
 */
final class ReadBench {
  static final String USAGE = "read FILE LABEL";
  private static final int ROUNDS = 5;

  private ReadBench() {}

  static void run(List<String> words, PrintStream out) throws IOException {
    if (words.size() != 2) {
      throw new IllegalArgumentException("expected a CSV file and its label's column");
    }
    Path file = Path.of(words.get(0));
    double[] ours = new double[ROUNDS];
    double[] scan = new double[ROUNDS];
    double[] load = new double[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
      long start = System.nanoTime();
      String shape = features(file, words.get(1));
      ours[r] = seconds(start);
      try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
          Statement duckdb = connection.createStatement()) {
        String source = "read_csv('" + file.toString().replace("'", "''") + "')";
        String all =
            columns(duckdb, source).stream()
                .map(c -> "max(\"" + c.replace("\"", "\"\"") + "\")")
                .collect(Collectors.joining(", "));
        start = System.nanoTime();
        try (ResultSet row = duckdb.executeQuery("SELECT " + all + " FROM " + source)) {
          row.next();
        }
        scan[r] = seconds(start);
        start = System.nanoTime();
        duckdb.execute("CREATE TEMP TABLE x AS SELECT * FROM " + source);
        load[r] = seconds(start);
      } catch (SQLException e) {
        throw new IOException(e);
      }
      out.printf(
          "%s: read and encoded %.2f s; DuckDB's scan %.2f s, its own table %.2f s%n",
          shape, ours[r], scan[r], load[r]);
    }
    out.printf(
        "medians: %.2f s; %.2f of DuckDB's rate of a scan, %.2f of that of a table%n",
        median(ours), median(scan) / median(ours), median(load) / median(ours));
  }

  private static String features(Path file, String label) {
    try (TableReader reader = new TableReader()) {
      Table table = reader.read(file, Set.of(label));
      FeatureEncoder encoder = FeatureEncoder.learn(table, label, Set.of());
      return Dataset.of(table, label, encoder).features().toString();
    }
  }

  private static List<String> columns(Statement duckdb, String source) throws SQLException {
    try (ResultSet none = duckdb.executeQuery("SELECT * FROM " + source + " LIMIT 0")) {
      String[] names = new String[none.getMetaData().getColumnCount()];
      for (int c = 0; c < names.length; c++) {
        names[c] = none.getMetaData().getColumnName(c + 1);
      }
      return List.of(names);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
