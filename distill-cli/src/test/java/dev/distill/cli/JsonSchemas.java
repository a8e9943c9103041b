package dev.distill.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The schemas of what the command line writes. */
final class JsonSchemas {
  private JsonSchemas() {}

  private static JsonNode schema(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(Main.class.getResourceAsStream(name))) {
      return new ObjectMapper().readTree(in);
    }
  }

  /** What is wrong with it. */
  static List<String> errors(String name, JsonNode json) throws IOException {
    return Schemas.errors(schema(name), json);
  }

  /** Paths of fields without a description. */
  static List<String> undescribed(String name) throws IOException {
    List<String> bare = new ArrayList<>();
    undescribed(schema(name), "", bare);
    return bare;
  }

  private static void undescribed(JsonNode node, String path, List<String> bare) {
    if (node.path("description").asText().isBlank()) {
      bare.add(path);
    }
    for (String under : List.of("properties", "$defs")) {
      node.path(under)
          .properties()
          .forEach(e -> undescribed(e.getValue(), path + "/" + e.getKey(), bare));
    }
    if (node.path("items").isObject()) {
      undescribed(node.get("items"), path + "/items", bare);
    }
  }
}
