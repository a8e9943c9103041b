package dev.distill.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** JSON against the schemas in docs/. */
final class Schemas {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Schemas() {}

  static JsonNode read(String name) throws IOException {
    return JSON.readTree(Files.readString(Path.of("..", "docs", name)));
  }

  static List<String> errors(JsonNode schema, JsonNode json) {
    Schema checks =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
    return checks.validate(json).stream().map(Object::toString).toList();
  }
}
