package dev.distill.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.data.jdbc.JdbcTable;
import dev.distill.spi.Table;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DuckDB's driver is how programs read Parquet. */
class DuckDbTableTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private static Table read(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < statements.length - 1; i++) {
        statement.execute(statements[i]);
      }
      try (ResultSet rows = statement.executeQuery(statements[statements.length - 1])) {
        return JdbcTable.read("rows", rows);
      }
    }
  }

  @Test
  void parquet_of_all_kinds_is_the_same_table_as_the_command_line_reads() throws SQLException {
    Path file = folder.resolve("train.parquet");
    Table table =
        read(
            "CREATE TABLE t (i INTEGER, h HUGEINT, d DECIMAL(5, 2), f DOUBLE, b BOOLEAN, s VARCHAR,"
                + " day DATE)",
            "INSERT INTO t VALUES (1, 12345678901234567890, 1.25, 0.5, true, 'x', '2026-01-02'),"
                + " (NULL, NULL, NULL, 'NaN', NULL, 'NA', NULL)",
            "COPY t TO '" + file + "' (FORMAT parquet)",
            "SELECT * FROM '" + file + "'");
    try (TableReader reader = new TableReader()) {
      Table other = reader.read(file, java.util.Set.of());
      for (Table.Column column : other.columns()) {
        Table.Column same = table.column(column.name());
        assertThat(same.getClass()).as(column.name()).isEqualTo(column.getClass());
        for (int i = 0; i < 2; i++) {
          assertThat(same.text(i)).as(column.name()).isEqualTo(column.text(i));
        }
      }
    }
    assertThat(((Table.Numbers) table.column("d")).values()).containsExactly(1.25, Double.NaN);
    assertThat(table.column("b").text(0)).isEqualTo("true");
    assertThat(table.column("s").text(1)).isNull();
    assertThat(table.column("day").text(0)).isEqualTo("2026-01-02");
  }

  @Test
  void lists_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("SELECT [1, 2] AS pixels"))
        .withMessageContaining("rows: column 'pixels' is INTEGER[], expected numbers");
  }
}
