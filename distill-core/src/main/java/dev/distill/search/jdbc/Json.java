package dev.distill.search.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as Python's {@code json} reads and writes it: NaN and Infinity are bare words. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .build();

  private Json() {}

  /** Null, strings, booleans, numbers, lists and maps of these. */
  static @Nullable Object read(String text) {
    try {
      return MAPPER.readValue(text, Object.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + text, e);
    }
  }

  static String write(@Nullable Object value) {
    check(value);
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("can't be written as JSON: " + value, e);
    }
  }

  /** The number that an object has under a name. */
  static Number number(Map<?, ?> object, String name) {
    if (object.get(name) instanceof Number number) {
      return number;
    }
    throw new IllegalArgumentException("no number '%s' in %s".formatted(name, object));
  }

  /** The list that an object has under a name. */
  static List<?> list(Map<?, ?> object, String name) {
    if (object.get(name) instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("no list '%s' in %s".formatted(name, object));
  }

  private static void check(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      map.values().forEach(Json::check);
    } else if (value instanceof List<?> list) {
      list.forEach(Json::check);
    } else if (value != null
        && !(value instanceof String || value instanceof Boolean || value instanceof Number)) {
      throw new IllegalArgumentException(
          "attributes are strings, booleans, numbers, and lists and maps of these, got a "
              + value.getClass().getName());
    }
  }
}
