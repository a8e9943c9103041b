package dev.distill.cli.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A server's log, read line by line: each line a JSON object, which has {@code rows} (objects of
 * values by column) and perhaps {@code predictions} (objects with a {@code label}) if rows were
 * logged. Other lines are counted and left out. Holds one batch at a time.
 */
public final class AccessLog implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH = 4_096;

  /**
   * Some rows of the log.
   *
   * @param table the columns of the student's schema
   * @param keys the text of the key column in each row, or the request's id if it has one row; null
   *     where there is neither
   * @param labels the text of the label's column in each row, null where there is none
   * @param predicted the class that the server said, null where it said none
   */
  public record Batch(
      Table table,
      List<@Nullable String> keys,
      List<@Nullable String> labels,
      List<@Nullable String> predicted) {}

  private record Row(
      Map<String, @Nullable Object> cells,
      float[] features,
      @Nullable String key,
      @Nullable String label,
      @Nullable String predicted) {}

  private final Path file;
  private final Schema schema;
  private final String label;
  private final @Nullable String key;
  private final @Nullable String model;
  private final BufferedReader reader;
  private long skipped;

  /**
   * Opens a log, gzipped or not.
   *
   * @param label the label's column, which rows may have
   * @param key a column that tells rows apart; null for none
   * @param model lines of other models are skipped; null takes all
   * @throws InputException if it can't be read
   */
  public AccessLog(
      Path file, StudentFile student, String label, @Nullable String key, @Nullable String model) {
    this.file = file;
    this.schema = student.schema();
    this.label = label;
    this.key = key;
    this.model = model;
    try {
      InputStream in = Files.newInputStream(file);
      reader =
          new BufferedReader(
              new InputStreamReader(
                  file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in,
                  StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new InputException(file + ": can't be read: " + e.getMessage(), e);
    }
  }

  /** Lines so far that have no rows, are of another model or can't be read. */
  public long skipped() {
    return skipped;
  }

  /** The next rows; null at the end. */
  public @Nullable Batch next() throws IOException {
    List<Row> rows = new ArrayList<>();
    String line;
    while (rows.size() < BATCH && (line = reader.readLine()) != null) {
      int before = rows.size();
      if (!read(line, rows)) {
        rows.subList(before, rows.size()).clear();
        skipped++;
      }
    }
    return rows.isEmpty() ? null : batch(rows);
  }

  /** Whether the line has rows that can be read; they are added. */
  private boolean read(String line, List<Row> rows) {
    JsonNode root;
    try {
      root = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return false; // a line that is cut off, or text of something else
    }
    JsonNode logged = root.path("rows");
    boolean wanted = model == null || model.equals(root.path("model").asText());
    if (!wanted || !logged.isArray() || logged.isEmpty()) {
      return false;
    }
    JsonNode predictions = root.path("predictions");
    String id = logged.size() == 1 ? text(root.path("id")) : null;
    for (int i = 0; i < logged.size(); i++) {
      Map<String, @Nullable Object> cells = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> field : logged.get(i).properties()) {
        JsonNode value = field.getValue();
        cells.put(field.getKey(), value.isNumber() ? (Object) value.asDouble() : text(value));
      }
      float[] features = new float[schema.features()];
      try {
        schema.encode(cells, features);
      } catch (IllegalArgumentException e) {
        return false; // a number that is none
      }
      String own = key == null ? null : text(logged.get(i).path(key));
      rows.add(
          new Row(
              cells,
              features,
              own == null ? id : own,
              text(logged.get(i).path(label)),
              text(predictions.path(i).path("label"))));
    }
    return true;
  }

  private static @Nullable String text(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    return value.isNumber() ? Table.text(value.asDouble()) : value.asText();
  }

  private Batch batch(List<Row> rows) {
    List<Table.Column> columns = new ArrayList<>();
    for (int c = 0; c < schema.columns().size(); c++) {
      String name = schema.columns().get(c).name();
      if (schema.columns().get(c) instanceof Schema.CategoryColumn) {
        Table.TextsBuilder texts = new Table.TextsBuilder(rows.size());
        for (Row row : rows) {
          Object cell = row.cells.get(name);
          texts.add(
              cell instanceof Double number
                  ? Table.text(number)
                  : cell == null ? null : cell.toString());
        }
        columns.add(texts.build(name));
      } else {
        Table.NumbersBuilder numbers = new Table.NumbersBuilder(rows.size());
        for (Row row : rows) {
          numbers.add(row.features[schema.offset(c)]);
        }
        columns.add(numbers.build(name));
      }
    }
    List<@Nullable String> keys = new ArrayList<>();
    List<@Nullable String> labels = new ArrayList<>();
    List<@Nullable String> predicted = new ArrayList<>();
    for (Row row : rows) {
      keys.add(row.key);
      labels.add(row.label);
      predicted.add(row.predicted);
    }
    return new Batch(new Table(file.toString(), columns), keys, labels, predicted);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
