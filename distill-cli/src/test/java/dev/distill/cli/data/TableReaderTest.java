package dev.distill.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableReaderTest {

  private static final TableReader reader = new TableReader();

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path folder;

  @AfterAll
  static void close() {
    reader.close();
  }

  private Path file(String name, String text) throws IOException {
    return file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private Path file(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  static void sql(String statement) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement run = connection.createStatement()) {
      run.execute(statement);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static Table read(Path file, String... asText) {
    return reader.read(file, Set.of(asText));
  }

  private static double[] numbers(Table table, String column) {
    return ((Table.Numbers) table.column(column)).values();
  }

  private static List<@Nullable String> texts(Table table, String column) {
    Table.Texts texts = (Table.Texts) table.column(column);
    List<@Nullable String> cells = new ArrayList<>();
    for (int i = 0; i < texts.rows(); i++) {
      cells.add(texts.text(i));
    }
    return cells;
  }

  private void refused(Path file, String message) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(InputException.class)
        .hasMessage(message.replace("$", file.toString()));
  }

  // ---- odd but valid ----

  @Test
  void numbers_texts_and_missing_cells() throws IOException {
    Table table =
        read(
            file(
                "a.csv",
                "n,t,all\n1,x,\n-2.5e3,NA,\n,\"y, z\",?\n+.5,\"q\"\"q\",null\n007,,NaN\nNA, b,\n"));
    assertThat(numbers(table, "n")).containsExactly(1, -2500, Double.NaN, 0.5, 7, Double.NaN);
    assertThat(texts(table, "t")).containsExactly("x", null, "y, z", "q\"q", null, " b");
    assertThat(numbers(table, "all")).containsOnly(Double.NaN);
    assertThat(table.rows()).isEqualTo(6);
    assertThat(table.name()).isEqualTo(folder.resolve("a.csv").toString());
  }

  @Test
  void one_text_far_down_makes_the_column_text_as_written() throws IOException {
    StringBuilder text = new StringBuilder("a,b\n");
    for (int i = 0; i < 50_000; i++) {
      text.append("01.0,1\n");
    }
    Table table = read(file("late.csv", text + "x,2\n"));
    assertThat(texts(table, "a")).hasSize(50_001).startsWith("01.0").endsWith("x");
    assertThat(numbers(table, "b")).endsWith(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 8})
  void parts_are_the_file_and_a_column_is_what_all_rows_say(int most) throws IOException {
    Path csv = file("a.csv", "a,b\n1,1\n2,\n3,3\n4,4\n5,NA\n6,6\nx,7\n");
    Path parquet = folder.resolve("a.parquet");
    sql("COPY (SELECT * FROM read_csv('%s')) TO '%s' (FORMAT parquet)".formatted(csv, parquet));
    for (Path file : List.of(csv, parquet)) {
      List<String> a = new ArrayList<>();
      List<Integer> rows = new ArrayList<>();
      reader.read(
          file,
          Set.of(),
          most,
          part -> {
            int before = rows.stream().mapToInt(n -> n).sum();
            assertThat(part.name())
                .isEqualTo(before == 0 ? file.toString() : file + " after row " + before + ":");
            a.addAll(texts(part, "a"));
            rows.add(part.rows());
          });
      assertThat(a).containsExactly("1", "2", "3", "4", "5", "6", "x");
      assertThat(rows).hasSize((7 + most - 1) / most).allMatch(n -> n > 0 && n <= most);
    }
  }

  @Test
  void columns_asked_for_as_text_stay_as_written() throws IOException {
    Table table = read(file("a.csv", "id,y\n007,1\n1.50,0\n"), "id", "y", "absent");
    assertThat(texts(table, "id")).containsExactly("007", "1.50");
    assertThat(texts(table, "y")).containsExactly("1", "0");
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t", "|"})
  void separators_are_found(String separator) throws IOException {
    String text = "a,b b,\"c;|\t,d\"\n1,x,2\n3,\"y;|\t,\",4\n".replace(",", separator);
    Table table = read(file("a.txt", text));
    assertThat(table.columns()).hasSize(3);
    assertThat(numbers(table, "a")).containsExactly(1, 3);
  }

  @Test
  void the_separator_is_the_one_that_fits_the_rows() throws IOException {
    Table table = read(file("a.csv", "name, first;age, years\nx, y;1\nz;2\n"));
    assertThat(table.columns())
        .extracting(Table.Column::name)
        .containsExactly("name, first", "age, years");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void line_ends_byte_order_mark_and_empty_lines(String lineEnd) throws IOException {
    String text = "\uFEFFa,b\n1,x\n\n2,\"y\nz\"\n3,w".replace("\n", lineEnd);
    Table table = read(file("a.csv", text));
    assertThat(numbers(table, "a")).containsExactly(1, 2, 3);
    assertThat(texts(table, "b")).containsExactly("x", "y" + lineEnd + "z", "w");
  }

  @Test
  void mixed_line_ends() throws IOException {
    assertThat(numbers(read(file("a.csv", "a,b\r\n1,2\n3,4\r\n5,6\n")), "b"))
        .containsExactly(2, 4, 6);
  }

  @Test
  void blanks_around_numbers_and_blank_cells() throws IOException {
    Table table = read(file("a.csv", "a, b ,c\n 1 , 2,\" 3\"\n,  , NA\n4,\t,5\n"));
    assertThat(numbers(table, "a")).containsExactly(1, Double.NaN, 4);
    assertThat(numbers(table, "b")).containsExactly(2, Double.NaN, Double.NaN);
    assertThat(numbers(table, "c")).containsExactly(3, Double.NaN, 5);
  }

  @Test
  void decimal_commas_where_semicolons_separate() throws IOException {
    Table table = read(file("a.csv", "a;b;c;d\n1,5;2;1,5;1\n ;1e3;2.5;-,25\n-3;?;3;\n"), "d");
    assertThat(numbers(table, "a")).containsExactly(1.5, Double.NaN, -3);
    assertThat(numbers(table, "b")).containsExactly(2, 1000, Double.NaN);
    assertThat(texts(table, "c")).containsExactly("1,5", "2.5", "3");
    assertThat(texts(table, "d")).containsExactly("1", "-,25", null);
    assertThat(texts(read(file("b.csv", "a|b\n1,5|2\n")), "a")).containsExactly("1,5");
  }

  @Test
  void names_of_files_are_no_patterns() throws IOException {
    file("ab.csv", "a,b\n1,2\n");
    for (String name : List.of("a*.csv", "[a]b.csv", "?b.csv", "~b.csv", "a'b;--.csv")) {
      assertThat(numbers(read(file(name, "a,b\n3,4\n")), "a")).as(name).containsExactly(3);
    }
  }

  @Test
  void one_column_may_have_empty_lines_that_are_missing_cells() throws IOException {
    assertThat(numbers(read(file("a.csv", "p\n1\n\n3\n")), "p")).containsExactly(1, Double.NaN, 3);
  }

  @Test
  void names_and_texts_in_any_script_and_names_that_differ_in_case() throws IOException {
    Table table = read(file("ü '☃'.csv", "größe,A,a,\"x \"\"y\"\"\"\n😀,1,2,3\n日本,4,5,6\n"));
    assertThat(texts(table, "größe")).containsExactly("😀", "日本");
    assertThat(numbers(table, "A")).containsExactly(1, 4);
    assertThat(numbers(table, "a")).containsExactly(2, 5);
    assertThat(numbers(table, "x \"y\"")).containsExactly(3, 6);
  }

  @Test
  void texts_that_only_look_special() throws IOException {
    Table table = read(file("a.csv", "a,b\n#1,5\" disk\n=1+1,it's\n0x10,1_000\n"));
    assertThat(texts(table, "a")).containsExactly("#1", "=1+1", "0x10");
    assertThat(texts(table, "b")).containsExactly("5\" disk", "it's", "1_000");
  }

  @Test
  void gzip_whatever_the_name() throws IOException {
    byte[] bytes = gzip("a,b\n1,x\n2,y\n".getBytes(StandardCharsets.UTF_8));
    assertThat(numbers(read(file("a.csv.gz", bytes)), "a")).containsExactly(1, 2);
    assertThat(numbers(read(file("a.csv", bytes)), "a")).containsExactly(1, 2);
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(bytes);
    joined.write(gzip("3,z\n".getBytes(StandardCharsets.UTF_8)));
    assertThat(numbers(read(file("two.csv.gz", joined.toByteArray())), "a"))
        .containsExactly(1, 2, 3);
  }

  @Test
  void parquet_with_its_types() {
    Path file = folder.resolve("a.parquet");
    sql(
        "COPY (SELECT i::INTEGER AS i, (i * 0.5)::FLOAT AS f, (i / 4)::DECIMAL(6, 3) AS d, i % 2 = 0"
            + " AS b, 't' || i AS t, DATE '2024-01-01' + i::INTEGER AS day, 'NaN'::DOUBLE AS nan,"
            + " (i + 1)::DOUBLE AS y, CASE WHEN i > 0 THEN 'NA' ELSE 'x' END AS na, NULL::BIGINT AS"
            + " gone, i::UBIGINT AS u FROM range(3) r(i)) TO '%s'".formatted(file));
    Table table = read(file, "y");
    assertThat(numbers(table, "i")).containsExactly(0, 1, 2);
    assertThat(numbers(table, "f")).containsExactly(0, 0.5, 1);
    assertThat(numbers(table, "d")).containsExactly(0, 0.25, 0.5);
    assertThat(texts(table, "b")).containsExactly("true", "false", "true");
    assertThat(texts(table, "t")).containsExactly("t0", "t1", "t2");
    assertThat(texts(table, "day")).containsExactly("2024-01-01", "2024-01-02", "2024-01-03");
    assertThat(numbers(table, "nan")).containsOnly(Double.NaN);
    assertThat(texts(table, "y")).containsExactly("1", "2", "3");
    assertThat(texts(table, "na")).containsExactly("x", null, null);
    assertThat(numbers(table, "gone")).containsOnly(Double.NaN);
    assertThat(numbers(table, "u")).containsExactly(0, 1, 2);
  }

  @Test
  void json_lines_and_arrays() throws IOException {
    Table lines = read(file("a.jsonl", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2.5,\"b\":null}\n"), "b");
    assertThat(numbers(lines, "a")).containsExactly(1, 2.5);
    assertThat(texts(lines, "b")).containsExactly("x", null);
    Table array = read(file("a.json", "[{\"a\":1,\"c\":true},{\"a\":2,\"c\":false}]"));
    assertThat(texts(array, "c")).containsExactly("true", "false");
  }

  @Test
  void ten_thousand_columns() throws IOException {
    StringBuilder text = new StringBuilder("c0");
    for (int c = 1; c < 10_000; c++) {
      text.append(",c").append(c);
    }
    for (int i = 0; i < 200; i++) {
      for (int c = 0; c < 10_000; c++) {
        text.append(c == 0 ? '\n' : ',').append((i * 31 + c * 7) % 1000 / 8.0);
      }
    }
    Path file = file("wide.csv", text.toString());
    Table table = read(file);
    assertThat(table.columns()).hasSize(10_000);
    assertThat(numbers(table, "c9999")[199]).isEqualTo((199 * 31 + 9999 * 7) % 1000 / 8.0);
  }

  @Test
  void fields_longer_than_any_buffer() throws IOException {
    String longText = "x".repeat(3_000_000);
    Table table =
        read(file("long.csv", "a,b\n1," + longText + "\n2,\"" + longText + "\n,\"\n3,z\n"));
    assertThat(numbers(table, "a")).containsExactly(1, 2, 3);
    assertThat(texts(table, "b")).containsExactly(longText, longText + "\n,", "z");
  }

  @Test
  void what_was_written_at_random_is_read_back() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      int columns = 1 + random.nextInt(6);
      int rows = 1 + random.nextInt(40);
      char separator = ",;\t|".charAt(random.nextInt(4));
      String lineEnd = random.nextBoolean() ? "\n" : "\r\n";
      List<List<String>> cells = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        text.append(c == 0 ? "" : separator).append("name").append(c);
      }
      text.append(lineEnd);
      for (int i = 0; i < rows; i++) {
        List<String> row = new ArrayList<>();
        for (int c = 0; c < columns; c++) {
          StringBuilder cell = new StringBuilder("v");
          for (int n = random.nextInt(6); n > 0; n--) {
            cell.append("ab,;\t|\"\n é😀".charAt(random.nextInt(11)));
          }
          String value = cell.toString().replaceAll("[\\ud800-\\udfff]", "s");
          row.add(value);
          text.append(c == 0 ? "" : separator);
          text.append('"').append(value.replace("\"", "\"\"")).append('"');
        }
        cells.add(row);
        text.append(lineEnd);
      }
      Table table = read(file("random.csv", text.toString()));
      for (int c = 0; c < columns; c++) {
        int column = c;
        assertThat(texts(table, "name" + c))
            .as("seed %d round %d column %d", seed, round, c)
            .isEqualTo(cells.stream().map(row -> row.get(column)).toList());
      }
    }
  }

  // ---- refused ----

  @Test
  void refuses_what_is_no_file() throws IOException {
    refused(folder.resolve("none.csv"), "$: no such file");
    refused(folder, "$: is a folder, expected a CSV, Parquet or JSON file");
    refused(file("empty.csv", ""), "$: empty file, expected a header line and rows");
    refused(
        file("empty.csv.gz", gzip(new byte[0])), "$: empty file, expected a header line and rows");
    refused(file("bom.csv", "\uFEFF"), "$: empty file, expected a header line and rows");
  }

  @Test
  void refuses_a_header_alone() throws IOException {
    refused(file("a.csv", "a,b\n"), "$: only a header, expected at least one row");
    refused(file("b.csv", "a,b"), "$: only a header, expected at least one row");
    refused(file("c.csv", "a,b\n\n\n"), "$: only a header, expected at least one row");
  }

  @Test
  void refuses_a_header_that_does_not_name_columns() throws IOException {
    refused(
        file("a.csv", "a,b,a\n1,2,3\n"),
        "$: column name 'a' stands twice (columns 1 and 3), expected different names");
    refused(
        file("b.csv", "a,,c\n1,2,3\n"),
        "$: column 2 has no name, expected a name for every column (is it an index column?)");
    refused(
        file("c.csv", ",a\n0,1\n"),
        "$: column 1 has no name, expected a name for every column (is it an index column?)");
    refused(file("d.csv", "\na,b\n1,2\n"), "$ line 1: is blank, expected the header");
  }

  @ParameterizedTest
  @CsvSource({"'1,2', 2", "'1,2,3,4', 4", "'1,2,3,', 4", "'   ', 1", "'1;2;3', 1"})
  void refuses_a_ragged_line(String line, int fields) throws IOException {
    String[] lines = new String[1000];
    Arrays.fill(lines, "1,x,3");
    lines[0] = "a,b,c";
    lines[811] = line;
    String message = "$ line 812: " + fields + " fields, expected 3";
    refused(file("a.csv", String.join("\n", lines)), message);
    refused(
        file("b.csv.gz", gzip(String.join("\r\n", lines).getBytes(StandardCharsets.UTF_8))),
        message);
  }

  @Test
  void lines_are_counted_through_quoted_line_ends() throws IOException {
    refused(file("a.csv", "a,b\n1,\"x\n\ny\"\n2\n"), "$ line 5: 1 fields, expected 2");
  }

  @Test
  void refuses_quotes_that_do_not_pair() throws IOException {
    refused(
        file("a.csv", "a,b\n1,x\n2,\"y\n3,z\n"), "$ line 3: a quote is opened and never closed");
    refused(
        file("b.csv", "a,b\n1,\"x\"y\n"),
        "$ line 2: text after a closing quote, expected ',' or the end of the line");
    refused(
        file("c.csv", "a,b\n1,x\n2,\"y\n3,\"z\"\n"),
        "$ line 3: text after a closing quote, expected ',' or the end of the line");
  }

  @Test
  void refuses_other_encodings() throws IOException {
    String text = "a,b\n1,x\n2,é\n";
    refused(
        file("a.csv", text.getBytes(StandardCharsets.ISO_8859_1)),
        "$ line 3: not UTF-8 text; convert it, for example: iconv -f WINDOWS-1252 -t UTF-8 '$' >"
            + " utf8.csv");
    refused(
        file("b.csv", "é,b\n1,2\n".getBytes(StandardCharsets.ISO_8859_1)),
        "$ line 1: not UTF-8 text; convert it, for example: iconv -f WINDOWS-1252 -t UTF-8 '$' >"
            + " utf8.csv");
    refused(
        file("c.csv", text.getBytes(StandardCharsets.UTF_16)),
        "$: UTF-16 text, expected UTF-8; convert it, for example: iconv -f UTF-16 -t UTF-8 '$' >"
            + " utf8.csv");
    refused(
        file("d.csv", text.getBytes(Charset.forName("UTF-16LE"))),
        "$ line 1: a NUL byte, expected UTF-8 text (a binary file, or UTF-16?)");
  }

  @Test
  void refuses_nul_bytes() throws IOException {
    String message = "$ line 3: a NUL byte, expected UTF-8 text (a binary file, or UTF-16?)";
    refused(file("a.csv", "a,b\n1,x\n2,y\0z\n"), message);
    refused(file("b.csv", "a,b\n1,x\n2,\"y\0z\"\n"), message);
  }

  @Test
  void refuses_binary_files_in_one_line() throws IOException {
    for (int seed = 0; seed < 30; seed++) {
      byte[] bytes = new byte[20_000];
      new Random(seed).nextBytes(bytes);
      Path file = file("random.csv", bytes);
      assertThatThrownBy(() -> read(file))
          .as("seed %d", seed)
          .isInstanceOf(InputException.class)
          .message()
          .startsWith(file.toString())
          .doesNotContain("\n");
    }
    refused(
        file("book.csv", new byte[] {'P', 'K', 3, 4, 0, 0}),
        "$: a zip archive or Excel workbook, expected CSV, Parquet or JSON");
    refused(
        file("a.csv.bz2", "BZh91AY".getBytes(StandardCharsets.UTF_8)),
        "$: compressed, expected gzip or no compression");
  }

  @Test
  void refuses_cut_or_damaged_gzip() throws IOException {
    byte[] whole = gzip("a,b\n1,x\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
    refused(
        file("a.csv.gz", Arrays.copyOf(whole, whole.length / 2)),
        "$: can't be read: Unexpected end of ZLIB input stream");
    Path damaged =
        file("b.csv.gz", new byte[] {0x1f, (byte) 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    assertThatThrownBy(() -> read(damaged))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(damaged + ": can't be read: ");
  }

  @Test
  void refuses_parquet_that_is_none() throws IOException {
    refused(file("a.parquet", "a,b\n1,2\n"), "$: not a Parquet file, it does not start with PAR1");
    Path cut = file("b.parquet", "PAR1 and no more PAR1");
    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(InputException.class)
        .message()
        .startsWith(cut + ": can't be read: ")
        .doesNotContain("\n", "LINE 1");
    Path nested = folder.resolve("c.parquet");
    sql("COPY (SELECT 1 AS a, [1, 2] AS l) TO '%s'".formatted(nested));
    refused(nested, "$: column 'l' is INTEGER[], expected numbers, texts or booleans");
    Path none = folder.resolve("d.parquet");
    sql("COPY (SELECT 1 AS a WHERE false) TO '%s'".formatted(none));
    refused(none, "$: no rows, expected at least one");
  }

  @Test
  void refuses_broken_json() throws IOException {
    Path file = file("a.json", "{\"a\":1}\n{\"a\":\n");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(InputException.class)
        .message()
        .startsWith(file + ": can't be read: ")
        .doesNotContain("\n");
  }

  @Test
  void every_cut_of_a_file_is_read_or_refused_in_one_line() throws IOException {
    byte[] whole =
        "a,b,c\r\n1,\"x\"\"é\",2\r\n\"3\",y z,\r\n4,\"a\r\nb\",5\r\n"
            .getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length <= whole.length; length++) {
      Path file = file("cut.csv", Arrays.copyOf(whole, length));
      try {
        assertThat(read(file).rows()).isBetween(1, 3);
      } catch (InputException e) {
        assertThat(e.getMessage()).startsWith(file.toString()).doesNotContain("\n");
      }
    }
  }
}
