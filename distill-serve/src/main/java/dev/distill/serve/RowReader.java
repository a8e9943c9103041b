package dev.distill.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.distill.runtime.Schema;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's JSON straight into features, without a tree. One a thread: what was read stands
 * here until the next request is.
 *
 * <p>A missing value is {@code null}, a text of {@link Schema#MISSING}, or NaN, which is no JSON
 * but is written by some clients.
 */
final class RowReader {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private static final int KEPT = 1 << 18;
  private static final int SHOWN = 60;
  private static final long MOST_VALUES = 1 << 28;
  private static final String TYPES =
      "BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, FP32, FP64 and BYTES";

  private final int mostRows;
  private float[] features = new float[256];
  private float[] missing = new float[0];
  private boolean[] given = new boolean[16];
  private int rows;
  private @Nullable String id;
  private boolean probabilities;
  private boolean label;
  private @Nullable Object @Nullable [] cells;

  // Of the request that is being read.
  private @Nullable ServedModel model;
  private boolean keeps;
  private byte[] body = new byte[0];
  private int length;
  private int depth;

  RowReader(int mostRows) {
    this.mostRows = mostRows;
  }

  /** Features of the rows that were read: rows × features, row-major. */
  float[] features() {
    return features;
  }

  /** Number of rows that were read. */
  int rows() {
    return rows;
  }

  /** The request's own name for itself, or null. */
  @Nullable String id() {
    return id;
  }

  /** Whether probabilities are asked for. */
  boolean probabilities() {
    return probabilities;
  }

  /** Whether labels are asked for. */
  boolean label() {
    return label;
  }

  /**
   * The values as they came, if they were to be kept: rows × columns; Double, Boolean, String or
   * null.
   */
  @Nullable Object @Nullable [] cells() {
    return cells;
  }

  /** Reads tensors, as the protocol has them. */
  void readTensors(ServedModel of, byte[] bytes, int size, boolean keep) throws Refusal {
    begin(of, bytes, size, keep);
    boolean inputs = false;
    try (JsonParser json = JSON.createParser(bytes, 0, size)) {
      object(json, "the body");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        switch (field) {
          case "id" -> id = id(json, value);
          case "inputs" -> {
            if (inputs) {
              throw Refusal.malformed("inputs: stands twice");
            }
            inputs = true;
            readInputs(json);
          }
          case "outputs" -> readOutputs(json);
          default -> json.skipChildren();
        }
      }
      end(json);
    } catch (IOException e) {
      throw noJson(e);
    }
    if (!inputs) {
      throw Refusal.malformed("inputs: missing, expected an array of tensors");
    }
  }

  /** Reads rows of values by column: {@code {"rows":[{"age":41,"city":"Oslo"}]}}. */
  void readRows(ServedModel of, byte[] bytes, int size, boolean keep) throws Refusal {
    begin(of, bytes, size, keep);
    boolean found = false;
    try (JsonParser json = JSON.createParser(bytes, 0, size)) {
      object(json, "the body");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("id")) {
          id = id(json, value);
        } else if (field.equals("rows")) {
          if (found) {
            throw Refusal.malformed("rows: stands twice");
          }
          found = true;
          readRowObjects(json, of);
        } else {
          json.skipChildren();
        }
      }
      end(json);
    } catch (IOException e) {
      throw noJson(e);
    }
    if (!found) {
      throw Refusal.malformed("rows: missing, expected an array of objects");
    }
  }

  private void begin(ServedModel of, byte[] bytes, int size, boolean keep) {
    model = of;
    body = bytes;
    length = size;
    keeps = keep;
    rows = 0;
    id = null;
    probabilities = true;
    label = true;
    cells = null;
    if (features.length > KEPT) {
      features = new float[256];
    }
    if (given.length < of.columns()) {
      given = new boolean[of.columns()];
    }
    Arrays.fill(given, false);
  }

  // ---- rows ----

  private void readRowObjects(JsonParser json, ServedModel of) throws IOException, Refusal {
    array(json, "rows");
    int width = of.features();
    if (missing.length != width) {
      missing = new float[width];
      Arrays.fill(missing, Float.NaN);
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (rows == mostRows) {
        throw tooMany("more than " + mostRows);
      }
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw Refusal.malformed(
            "rows[%d]: expected an object of values by column, got %s"
                .formatted(rows, shown(json)));
      }
      room(rows + 1, of);
      System.arraycopy(missing, 0, features, rows * width, width);
      while (json.nextToken() != JsonToken.END_OBJECT) {
        Integer column = of.column(json.currentName());
        json.nextToken();
        if (column == null) {
          json.skipChildren();
        } else {
          value(json, of, column, rows, "rows");
        }
      }
      rows++;
    }
  }

  // ---- tensors ----

  private void readInputs(JsonParser json) throws IOException, Refusal {
    ServedModel of = current();
    array(json, "inputs");
    int inputs = 0;
    boolean encoded = false;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      encoded |= readInput(json, of, inputs++);
      if (encoded && inputs > 1) {
        throw Refusal.malformed(
            "inputs: '%s' takes the place of all others".formatted(ServedModel.FEATURES));
      }
    }
    for (int c = 0; c < of.columns() && !encoded; c++) {
      if (!given[c]) {
        throw Refusal.malformed(
            "inputs: '%s' is missing; expected one for each column%s"
                .formatted(
                    of.columnName(c),
                    of.isFeatures(ServedModel.FEATURES) ? ", or 'features' alone" : ""));
      }
    }
  }

  /** What an input says before its data. */
  private static final class Head {
    @Nullable String name;
    @Nullable String type;
    int dimensions = -1;
    final long[] shape = new long[2];

    boolean isWhole() {
      return name != null && type != null && dimensions >= 0;
    }
  }

  /** Whether it was one of encoded features. */
  private boolean readInput(JsonParser json, ServedModel of, int number)
      throws IOException, Refusal {
    String where = "inputs[" + number + "]";
    object(json, where);
    Head head = new Head();
    boolean read = false;
    int later = -1;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "name" -> head.name = text(json, value, where + ".name");
        case "datatype" -> head.type = type(text(json, value, where + ".datatype"), where);
        case "shape" -> readShape(json, head, where);
        case "data" -> {
          if (read || later >= 0) {
            throw Refusal.malformed(where + ".data: stands twice");
          }
          array(json, where + ".data");
          if (head.isWhole()) {
            readData(json, of, head, where);
            read = true;
          } else {
            later = (int) json.currentTokenLocation().getByteOffset();
            json.skipChildren();
            if (later < 0) {
              throw Refusal.malformed("the body must be UTF-8");
            }
          }
        }
        default -> json.skipChildren();
      }
    }
    if (!head.isWhole()) {
      throw Refusal.malformed(
          where
              + ": expected a name, a datatype and a shape, got no "
              + (head.name == null ? "name" : head.type == null ? "datatype" : "shape"));
    }
    if (later >= 0) {
      // The data came before what tells how to read them.
      try (JsonParser again = JSON.createParser(body, later, length - later)) {
        again.nextToken();
        readData(again, of, head, where);
      }
    } else if (!read) {
      throw Refusal.malformed(where + ": no data; binary data are not taken");
    }
    return of.isFeatures(String.valueOf(head.name));
  }

  private static String type(String type, String where) throws Refusal {
    return switch (type) {
      case "BOOL",
          "UINT8",
          "UINT16",
          "UINT32",
          "UINT64",
          "INT8",
          "INT16",
          "INT32",
          "INT64",
          "FP16",
          "FP32",
          "FP64",
          "BYTES" ->
          type;
      default ->
          throw Refusal.malformed(
              "%s.datatype: allowed are %s, got '%s'".formatted(where, TYPES, cut(type)));
    };
  }

  private static void readShape(JsonParser json, Head head, String where)
      throws IOException, Refusal {
    array(json, where + ".shape");
    head.dimensions = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      boolean whole = json.currentToken() == JsonToken.VALUE_NUMBER_INT;
      if (head.dimensions == 2
          || !whole
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw Refusal.malformed(
            where + ".shape: expected one or two whole numbers >= 0, got " + shown(json));
      }
      head.shape[head.dimensions++] = json.getLongValue();
    }
  }

  private void readData(JsonParser json, ServedModel of, Head head, String where)
      throws IOException, Refusal {
    String name = String.valueOf(head.name);
    Integer column = of.column(name);
    boolean encoded = column == null && of.isFeatures(name);
    if (column == null && !encoded) {
      throw Refusal.malformed(
          "%s: the model has no input '%s', its metadata list them".formatted(where, cut(name)));
    }
    long width = encoded ? of.features() : 1;
    boolean shaped =
        head.dimensions == 2 ? head.shape[1] == width : head.dimensions == 1 && !encoded;
    if (!shaped) {
      throw Refusal.malformed(
          "%s.shape: '%s' takes %s with N rows, got %s"
              .formatted(
                  where,
                  cut(name),
                  encoded ? "[N," + width + "]" : "[N] or [N,1]",
                  Arrays.toString(Arrays.copyOf(head.shape, head.dimensions))));
    }
    if (head.shape[0] > mostRows) {
      throw tooMany(Long.toString(head.shape[0]));
    }
    int count = (int) head.shape[0];
    boolean first = true;
    for (int c = 0; c < of.columns(); c++) {
      first &= !given[c];
    }
    if (!first && count != rows) {
      throw Refusal.malformed(
          "%s.shape: '%s' has %d rows, the inputs before it have %d"
              .formatted(where, cut(name), count, rows));
    }
    rows = count;
    depth = 0;
    if (encoded) {
      readFeatures(json, of, count, where);
      Arrays.fill(given, 0, of.columns(), true);
      return;
    }
    int c = column == null ? 0 : column;
    if (given[c]) {
      throw Refusal.malformed("%s: '%s' stands twice".formatted(where, cut(name)));
    }
    given[c] = true;
    int row = 0;
    while (next(json, where)) {
      if (row < count) {
        room(row + 1, of);
        value(json, of, c, row, null);
      }
      row++;
    }
    checkCount(where, row, count);
  }

  private void readFeatures(JsonParser json, ServedModel of, int count, String where)
      throws IOException, Refusal {
    int width = of.features();
    long values = (long) count * width;
    long at = 0;
    while (next(json, where)) {
      if (at < values) {
        int row = (int) (at / width);
        if (at % width == 0) {
          room(row + 1, of);
        }
        double number = number(json);
        if (Double.isNaN(number) && !isMissing(json)) {
          throw Refusal.malformed(
              "%s.data[%d]: expected a number or null, got %s".formatted(where, at, shown(json)));
        }
        features[(int) at] = (float) number;
        Object[] kept = cells;
        if (kept != null && of.isNumbers()) {
          kept[(int) at] = Double.isNaN(number) ? null : number;
        }
      }
      at++;
    }
    checkCount(where, at, values);
    if (!of.isNumbers()) {
      cells = null; // what was one of a category's texts can't be told from its features
    }
  }

  private static void checkCount(String where, long got, long expected) throws Refusal {
    if (got != expected) {
      throw Refusal.malformed(
          "%s.data: the shape says %d values, got %d".formatted(where, expected, got));
    }
  }

  /** Goes to the next value of flat or nested data; false at the end of the outermost array. */
  private boolean next(JsonParser json, String where) throws IOException, Refusal {
    while (true) {
      JsonToken token = json.nextToken();
      if (token == JsonToken.START_ARRAY) {
        if (++depth > 1) {
          throw Refusal.malformed(where + ".data: is nested deeper than the shape");
        }
      } else if (token == JsonToken.END_ARRAY) {
        if (depth-- == 0) {
          return false;
        }
      } else {
        return true;
      }
    }
  }

  private void readOutputs(JsonParser json) throws IOException, Refusal {
    array(json, "outputs");
    probabilities = false;
    label = false;
    int number = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      String where = "outputs[" + number++ + "]";
      object(json, where);
      String name = null;
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("name")) {
          name = text(json, value, where + ".name");
        } else {
          json.skipChildren();
        }
      }
      switch (String.valueOf(name)) {
        case "probabilities" -> probabilities = true;
        case "label" -> label = true;
        default ->
            throw Refusal.malformed(
                "%s.name: allowed are 'probabilities' and 'label', got '%s'"
                    .formatted(where, cut(String.valueOf(name))));
      }
    }
    if (number == 0) {
      probabilities = true;
      label = true;
    }
  }

  // ---- values ----

  /**
   * Reads a value of a column.
   *
   * @param rowsName how the request names its rows, or null for tensors
   */
  private void value(
      JsonParser json, ServedModel of, int column, int row, @Nullable String rowsName)
      throws IOException, Refusal {
    int offset = row * of.features();
    Schema schema = of.schema();
    JsonToken token = json.currentToken();
    if (of.isNumber(column) && token != JsonToken.VALUE_STRING) {
      double number = number(json);
      if (Double.isNaN(number) && !isMissing(json)) {
        throw unfit(json, of, column, row, rowsName);
      }
      schema.encodeNumber(column, number, features, offset);
      keep(of, row, column, json, number);
      return;
    }
    String text =
        switch (token) {
          case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
              json.getText();
          case VALUE_NULL -> null;
          default -> throw unfit(json, of, column, row, rowsName);
        };
    try {
      schema.encodeText(column, text, features, offset);
    } catch (IllegalArgumentException e) {
      throw unfit(json, of, column, row, rowsName);
    }
    keep(of, row, column, json, Double.NaN);
  }

  private void keep(ServedModel of, int row, int column, JsonParser json, double number)
      throws IOException {
    Object[] kept = cells;
    if (kept != null) {
      kept[row * of.columns() + column] =
          switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_STRING -> json.getText();
            default ->
                of.isNumber(column) ? (Double.isNaN(number) ? null : number) : json.getText();
          };
    }
  }

  /** A number; NaN for what is missing, and for what is none. */
  private static double number(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_TRUE -> 1;
      case VALUE_FALSE -> 0;
      default -> Double.NaN;
    };
  }

  private static boolean isMissing(JsonParser json) {
    return json.currentToken() == JsonToken.VALUE_NULL
        || json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
  }

  private static Refusal unfit(
      JsonParser json, ServedModel of, int column, int row, @Nullable String rowsName)
      throws IOException {
    String name = of.columnName(column);
    String where =
        rowsName == null
            ? "input '%s', row %d".formatted(name, row)
            : "%s[%d].%s".formatted(rowsName, row, name);
    return Refusal.malformed(
        "%s: expected %s or null, got %s"
            .formatted(
                where,
                of.isNumber(column) ? "a number" : "a text, a number, true, false",
                shown(json)));
  }

  // ---- structure ----

  private ServedModel current() {
    ServedModel of = model;
    if (of == null) {
      throw new IllegalStateException("nothing is being read");
    }
    return of;
  }

  /** Makes room for rows, for no more than were really sent. */
  private void room(int count, ServedModel of) throws Refusal {
    long need = (long) count * of.features();
    if (need > features.length) {
      if (need > MOST_VALUES) {
        throw new Refusal(
            413, "%d rows of %d features are too many".formatted(count, of.features()));
      }
      features = Arrays.copyOf(features, (int) Math.min(MOST_VALUES, 2 * need));
    }
    if (keeps) {
      int all = count * of.columns();
      Object[] kept = cells;
      if (kept == null) {
        cells = new Object[all];
      } else if (kept.length < all) {
        cells = Arrays.copyOf(kept, 2 * all);
      }
    }
  }

  private Refusal tooMany(String got) {
    return new Refusal(413, "at most %d rows a request, got %s".formatted(mostRows, got));
  }

  private static void object(JsonParser json, String where) throws IOException, Refusal {
    JsonToken token = json.currentToken() == null ? json.nextToken() : json.currentToken();
    if (token != JsonToken.START_OBJECT) {
      throw Refusal.malformed(where + ": expected an object, got " + shown(json));
    }
  }

  private static void array(JsonParser json, String where) throws IOException, Refusal {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw Refusal.malformed(where + ": expected an array, got " + shown(json));
    }
  }

  private static void end(JsonParser json) throws IOException, Refusal {
    if (json.nextToken() != null) {
      throw Refusal.malformed("the body: expected its end after the object, got " + shown(json));
    }
  }

  private static String text(JsonParser json, JsonToken token, String where)
      throws IOException, Refusal {
    if (token != JsonToken.VALUE_STRING) {
      throw Refusal.malformed(where + ": expected a text, got " + shown(json));
    }
    return json.getText();
  }

  private static @Nullable String id(JsonParser json, JsonToken token) throws IOException, Refusal {
    return token == JsonToken.VALUE_NULL ? null : text(json, token, "id");
  }

  private static String shown(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case END_ARRAY, END_OBJECT -> "its end";
      case VALUE_STRING -> "'" + cut(json.getText()) + "'";
      default -> cut(json.getText());
    };
  }

  static String cut(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private static Refusal noJson(IOException e) {
    if (e instanceof JsonProcessingException bad) {
      JsonLocation at = bad.getLocation();
      String why = String.valueOf(bad.getOriginalMessage()).replaceAll("\\s+", " ");
      return Refusal.malformed(
          "the body is no JSON%s: %s"
              .formatted(
                  at == null
                      ? ""
                      : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr()),
                  cut(why)));
    }
    return Refusal.malformed("the body is no JSON: " + cut(String.valueOf(e.getMessage())));
  }
}
