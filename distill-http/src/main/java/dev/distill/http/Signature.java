package dev.distill.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a model takes and answers, as its metadata say.
 *
 * @param url the model's address, as messages name it
 * @param versions the versions that the server has
 * @param output the output that is asked for
 * @param classes how many numbers a row the output has, or −1 if that is not said; 1 is the
 *     probability of the second of two classes
 */
record Signature(
    String url, List<String> versions, List<Input> inputs, String output, int classes) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Beyond it not every whole number is a double. */
  private static final double MOST_WHOLE = 1L << 53;

  /**
   * A tensor that the model takes.
   *
   * @param width its second dimension, −1 if any, 0 if it has none
   */
  record Input(String name, String type, int width) {}

  /**
   * Reads metadata.
   *
   * @throws IllegalArgumentException if the model can't be asked about rows of a table
   */
  static Signature of(String url, JsonNode metadata) {
    List<Input> inputs = new ArrayList<>();
    for (JsonNode input : metadata.path("inputs")) {
      String name = input.path("name").asText();
      String type = input.path("datatype").asText();
      int width = width(input.path("shape"));
      if (width < -1 || !isTaken(type)) {
        throw new IllegalArgumentException(
            "%s: input '%s' is %s %s, allowed are FP32, FP64, INT32, INT64 and BYTES of the shapes"
                    .formatted(url, name, type, input.path("shape"))
                + " [-1] and [-1,C]");
      }
      inputs.add(new Input(name, type, width));
    }
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException(
          url + ": the server's metadata name no input of the model");
    }
    List<JsonNode> numbers = new ArrayList<>();
    List<JsonNode> named = new ArrayList<>();
    for (JsonNode output : metadata.path("outputs")) {
      if (output.path("datatype").asText().matches("FP(16|32|64)")) {
        numbers.add(output);
        if (output.path("name").asText().toLowerCase(Locale.ROOT).contains("prob")) {
          named.add(output);
        }
      }
    }
    List<JsonNode> possible = named.isEmpty() ? numbers : named;
    if (possible.size() != 1 || width(possible.get(0).path("shape")) < -1) {
      throw new IllegalArgumentException(
          "%s: expected one output of probabilities, FP32 or FP64 of the shape [-1,K], got %s"
              .formatted(url, metadata.path("outputs")));
    }
    List<String> versions = new ArrayList<>();
    metadata.path("versions").forEach(version -> versions.add(version.asText()));
    int classes = width(possible.get(0).path("shape"));
    return new Signature(
        url,
        List.copyOf(versions),
        List.copyOf(inputs),
        possible.get(0).path("name").asText(),
        classes == 0 ? 1 : classes);
  }

  /** The second dimension, 0 if there is one dimension, −2 if the shape is not for rows. */
  private static int width(JsonNode shape) {
    return switch (shape.size()) {
      case 1 -> 0;
      case 2 -> Math.max(-1, shape.get(1).asInt());
      default -> -2;
    };
  }

  private static boolean isTaken(String type) {
    return switch (type) {
      case "FP32", "FP64", "INT32", "INT64", "BYTES" -> true;
      default -> false;
    };
  }

  /** Whether one tensor takes all columns in their order; else each has its own. */
  private boolean isOneTensor(Table rows) {
    Input first = inputs.get(0);
    boolean narrow = first.width() == 0 || first.width() == 1;
    return inputs.size() == 1 && !(narrow && rows.has(first.name()));
  }

  /** Checks that a table has what the model takes, and that the classes may be the model's. */
  void check(Table rows, List<String> names) {
    boolean isSecondOfTwo = classes == 1 && names.size() == 2;
    if (classes > 0 && classes != names.size() && !isSecondOfTwo) {
      throw new IllegalArgumentException(
          "%s: output '%s' is of %s classes, the data have %s: %s"
              .formatted(url, output, classes, names.size(), Names.quoted(names)));
    }
    List<Table.Column> columns = rows.columns();
    if (isOneTensor(rows)) {
      Input only = inputs.get(0);
      int width = only.width() == 0 ? 1 : only.width();
      if (width > 0 && width != columns.size()) {
        throw new IllegalArgumentException(
            "%s: input '%s' takes %s columns, %s has %s feature columns: %s"
                .formatted(url, only.name(), width, rows.name(), columns.size(), names(columns)));
      }
      columns.forEach(column -> check(only, rows, column));
      return;
    }
    for (Input input : inputs) {
      if (!rows.has(input.name())) {
        throw new IllegalArgumentException(
            "%s: input '%s' is no column of %s, there are %s"
                .formatted(url, input.name(), rows.name(), names(columns)));
      }
      if (input.width() > 1) {
        throw new IllegalArgumentException(
            "%s: input '%s' takes %s columns, expected one: each of several inputs takes one"
                .formatted(url, input.name(), input.width()));
      }
      check(input, rows, rows.column(input.name()));
    }
  }

  private static String names(List<Table.Column> columns) {
    return Names.quoted(columns.stream().map(Table.Column::name).toList());
  }

  private void check(Input input, Table rows, Table.Column column) {
    if (column instanceof Table.Texts texts && !input.type().equals("BYTES")) {
      throw new IllegalArgumentException(
          "%s: input '%s' takes numbers (%s), column '%s' of %s holds texts such as '%s'"
              .formatted(
                  url,
                  input.name(),
                  input.type(),
                  column.name(),
                  rows.name(),
                  texts.levels().isEmpty() ? "" : texts.levels().get(0)));
    }
  }

  /** The columns that the model sees, of a table that was checked. */
  Table seen(Table rows) {
    return isOneTensor(rows) ? rows : rows.select(inputs.stream().map(Input::name).toList());
  }

  /**
   * The request for rows of a table that was checked. A missing number is null, which JSON has; a
   * missing text is "".
   *
   * @throws IllegalArgumentException if a cell can't be of the input's type, naming the column
   */
  byte[] request(Table rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeArrayFieldStart("inputs");
      boolean one = isOneTensor(rows);
      for (Input input : inputs) {
        List<Table.Column> columns = one ? rows.columns() : List.of(rows.column(input.name()));
        json.writeStartObject();
        json.writeStringField("name", input.name());
        json.writeStringField("datatype", input.type());
        json.writeArrayFieldStart("shape");
        json.writeNumber(rows.rows());
        if (input.width() != 0) {
          json.writeNumber(columns.size());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("data");
        for (int i = 0; i < rows.rows(); i++) {
          for (Table.Column column : columns) {
            write(json, input, column, i);
          }
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("outputs");
      json.writeStartObject();
      json.writeStringField("name", output);
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void write(JsonGenerator json, Input input, Table.Column column, int row)
      throws IOException {
    if (input.type().equals("BYTES")) {
      String text = column.text(row);
      json.writeString(text == null ? "" : text);
      return;
    }
    double value = ((Table.Numbers) column).values()[row];
    switch (input.type()) {
      case "FP32", "FP64" -> {
        boolean single = input.type().equals("FP32");
        if (Double.isNaN(value)) {
          json.writeNull();
        } else if (single && Float.isFinite((float) value)) {
          json.writeNumber((float) value);
        } else if (!single && Double.isFinite(value)) {
          json.writeNumber(value);
        } else {
          throw unfit(column, value, "finite numbers of " + input.type());
        }
      }
      default -> {
        double most = input.type().equals("INT32") ? Integer.MAX_VALUE : MOST_WHOLE;
        if (value != Math.rint(value) || Math.abs(value) > most) {
          throw unfit(column, value, "whole numbers of " + input.type());
        }
        json.writeNumber((long) value);
      }
    }
  }

  private IllegalArgumentException unfit(Table.Column column, double value, String allowed) {
    return new IllegalArgumentException(
        "%s: column '%s' is %s in a row, the model takes %s there"
            .formatted(
                url,
                column.name(),
                Double.isNaN(value) ? "missing" : Double.toString(value),
                allowed));
  }
}
