package dev.distill.data.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.spi.Table;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class JdbcTableTest {

  private static Table read(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < statements.length - 1; i++) {
        statement.execute(statements[i]);
      }
      try (ResultSet rows = statement.executeQuery(statements[statements.length - 1])) {
        return JdbcTable.read("people", rows);
      }
    }
  }

  @Test
  void reads_numbers_texts_and_nulls() throws SQLException {
    Table table =
        read(
            "CREATE TABLE t (age INTEGER, pay REAL, city TEXT, sold BOOLEAN)",
            "INSERT INTO t VALUES (30, 1.5, 'Bern', true), (NULL, 2, NULL, false)",
            "SELECT age, pay AS wage, city, sold FROM t ORDER BY age DESC");
    assertThat(table.rows()).isEqualTo(2);
    assertThat(table.columns())
        .extracting(Table.Column::name)
        .containsExactly("age", "wage", "city", "sold");
    assertThat(((Table.Numbers) table.column("age")).values()).containsExactly(30, Double.NaN);
    assertThat(((Table.Numbers) table.column("wage")).values()).containsExactly(1.5, 2);
    assertThat(table.column("city").text(0)).isEqualTo("Bern");
    assertThat(table.column("city").text(1)).isNull();
    assertThat(table.column("sold").text(0)).isIn("true", "1");
  }

  @Test
  void says_which_cell_is_no_number() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                read(
                    "CREATE TABLE t (age INTEGER)",
                    "INSERT INTO t VALUES (1), ('old')",
                    "SELECT age FROM t"))
        .withMessage("people row 2: column 'age' holds 'old', expected a number");
  }

  @Test
  void refuses_what_is_neither_number_nor_text() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("CREATE TABLE t (photo BLOB)", "SELECT photo FROM t"))
        .withMessage("people: column 'photo' is BLOB, expected numbers, texts or booleans");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("SELECT 1 AS a, 2 AS a"))
        .withMessageContaining("column 'a' stands twice");
  }
}
