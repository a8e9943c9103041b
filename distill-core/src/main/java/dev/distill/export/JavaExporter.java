package dev.distill.export;

import dev.distill.runtime.StudentFile;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.StudentExporter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.lang.model.SourceVersion;

/**
 * Writes a student as one Java class that needs nothing but the JDK, 8 or later, and gives the same
 * bits. Its code is that of the kinds of models in the student, a few short methods; the numbers
 * stand in strings, or in a file beside it where they are many.
 */
public final class JavaExporter implements StudentExporter {
  /** Tables above this go into a file beside the class. */
  static final int MOST_INSIDE = 1 << 18;

  private static final String PACKAGE = "package";
  private static final String SUFFIX = ".java";

  @Override
  public String name() {
    return "java";
  }

  @Override
  public String description() {
    return "one class without dependencies, for Java 8 and later";
  }

  @Override
  public String extension() {
    return "java";
  }

  @Override
  public Map<String, String> options() {
    return Map.of(PACKAGE, "the package of the class; the class is called like its file");
  }

  @Override
  public double bound() {
    return 0;
  }

  @Override
  public Map<String, byte[]> export(StudentFile student, String file, Map<String, String> options) {
    String name = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : "";
    if (!SourceVersion.isIdentifier(name) || SourceVersion.isKeyword(name)) {
      throw new IllegalArgumentException(
          "%s: expected the name of a Java class and '.java', such as Student.java"
              .formatted(file));
    }
    String room = options.getOrDefault(PACKAGE, "");
    if (!room.isEmpty() && !SourceVersion.isName(room)) {
      throw new IllegalArgumentException(
          "package '%s': expected a Java package, such as com.example.model".formatted(room));
    }
    byte[] tables = JavaTables.of(student);
    boolean beside = tables.length > MOST_INSIDE;
    String source = new JavaSource(student, room, name, beside ? new byte[0] : tables).text();
    Map<String, byte[]> files = new LinkedHashMap<>();
    if (beside) {
      files.put(name + JavaSource.TABLES, tables);
    }
    files.put(file, source.getBytes(StandardCharsets.UTF_8));
    return files;
  }

  @Override
  public boolean opens(Path file) {
    return file.toString().endsWith(SUFFIX);
  }

  @Override
  public ExportedStudent open(Path file, StudentFile student) throws IOException {
    return CompiledStudent.of(file, student);
  }
}
