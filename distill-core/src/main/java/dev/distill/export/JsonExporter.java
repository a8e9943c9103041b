package dev.distill.export;

import dev.distill.runtime.StudentFile;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.Names;
import dev.distill.spi.StudentExporter;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes everything in a student as JSON, to be read in any language. Its schema is {@code
 * student.schema.json}, what each field means stands in {@code docs/export.md}.
 */
public final class JsonExporter implements StudentExporter {
  private static final int BEGINNING = 200;

  @Override
  public String name() {
    return "json";
  }

  @Override
  public String description() {
    return "one JSON file of all that is in the student, for readers in any language";
  }

  @Override
  public String extension() {
    return "json";
  }

  @Override
  public double bound() {
    return 0;
  }

  @Override
  public Map<String, byte[]> export(StudentFile student, String file, Map<String, String> options) {
    if (!file.endsWith("." + extension())) {
      throw new IllegalArgumentException(
          "%s: expected a name that ends with .%s, by which it is known again"
              .formatted(file, extension()));
    }
    return Map.of(file, JsonWriter.write(student));
  }

  @Override
  public boolean opens(Path file) throws IOException {
    if (!file.toString().endsWith(".json")) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(BEGINNING), StandardCharsets.UTF_8)
          .contains('"' + JsonWriter.FORMAT + '"');
    }
  }

  @Override
  public ExportedStudent open(Path file, StudentFile student) throws IOException {
    StudentFile read = JsonReader.read(file);
    if (!read.classes().equals(student.classes())) {
      throw new IllegalArgumentException(
          "%s: its classes are %s, the student's %s"
              .formatted(file, Names.quoted(read.classes()), Names.quoted(student.classes())));
    }
    return new ExportedStudent() {
      @Override
      public Scores score(Table rows) {
        return Parity.score(read, rows);
      }

      @Override
      public void close() {}
    };
  }
}
