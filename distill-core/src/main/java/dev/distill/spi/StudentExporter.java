package dev.distill.spi;

import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes students in another form that serves without Distill, and opens what it wrote to see that
 * it still answers alike. Found by {@link java.util.ServiceLoader} like student families, so its
 * constructor does no work and loads no native library.
 */
public interface StudentExporter {

  /** What users call it, such as "java". */
  String name();

  /** What it writes, in a line, for help and messages. */
  String description();

  /** How the names of its files end when nobody says otherwise, such as "java". */
  String extension();

  /** The options it understands beside a student, each with what it means; none by default. */
  default Map<String, String> options() {
    return Map.of();
  }

  /** The most by which a probability may differ from the student's; 0 where the bits are equal. */
  double bound();

  /**
   * The export of a student.
   *
   * @param file the name of the file to be written, without a folder; what it is called may matter
   * @param options values of some of {@link #options()}
   * @return the bytes of each file by its name; the last one is {@code file}, others are read by it
   *     and stand in the same folder
   * @throws IllegalArgumentException if the form can't express this student, or a name or option
   *     does not fit; says what is allowed
   */
  Map<String, byte[]> export(StudentFile student, String file, Map<String, String> options);

  /** Whether a file looks like one of its own: by its name, and its first bytes if need be. */
  boolean opens(Path file) throws IOException;

  /**
   * Opens an export to ask it.
   *
   * @param student the student it was made of: the names of columns and classes, and their order
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it is damaged, or not an export of this student's columns
   *     and classes
   */
  ExportedStudent open(Path file, StudentFile student) throws IOException;
}
