package dev.distill.auto;

import dev.distill.runtime.StudentFile;
import dev.distill.spi.Names;
import dev.distill.spi.StudentExporter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The forms that students can be exported to. */
public final class ExporterCatalog {
  private final Services<StudentExporter> exporters;

  private ExporterCatalog(Services<StudentExporter> exporters) {
    this.exporters = exporters;
  }

  /**
   * Finds the exporters on the class path and in plugins.
   *
   * @param plugins jars, or folders of jars, each with a class loader of its own; those without an
   *     exporter are passed over
   */
  public static ExporterCatalog discover(ClassLoader loader, List<Path> plugins) {
    return new ExporterCatalog(Services.discover(StudentExporter.class, loader, plugins));
  }

  /** All that were found. */
  public List<StudentExporter> exporters() {
    return List.copyOf(exporters.found());
  }

  /** Why exporters could not be loaded; empty if all could. */
  public List<String> problems() {
    return List.copyOf(exporters.problems());
  }

  /**
   * The exporter of that name.
   *
   * @throws IllegalArgumentException if there is none; says which there are
   */
  public StudentExporter named(String name) {
    for (StudentExporter exporter : exporters.found()) {
      if (exporter.name().equals(name)) {
        return exporter;
      }
    }
    throw new IllegalArgumentException(
        "no export to '%s', there are %s%s".formatted(name, names(), exporters.notLoaded()));
  }

  /**
   * The exporter that wrote a file.
   *
   * @throws IllegalArgumentException if it is of none that is here
   * @throws IOException if the file can't be read
   */
  public StudentExporter of(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "there is no such file, expected an export");
    }
    for (StudentExporter exporter : exporters.found()) {
      if (exporter.opens(file)) {
        return exporter;
      }
    }
    throw new IllegalArgumentException(
        "%s: is no export that is known here, expected one of %s%s"
            .formatted(file, names(), exporters.notLoaded()));
  }

  private String names() {
    return Names.quoted(exporters.found().stream().map(StudentExporter::name).toList());
  }

  /**
   * Exports a student: every file whole, or nothing where the student can't be expressed.
   *
   * @return the files written, the target last
   * @throws IllegalArgumentException if the form can't express this student, or an option is none
   *     of the exporter's
   * @throws IOException if a file can't be written
   */
  public static List<Path> export(
      StudentFile student, StudentExporter exporter, Path target, Map<String, String> options)
      throws IOException {
    for (String option : options.keySet()) {
      if (!exporter.options().containsKey(option)) {
        throw new IllegalArgumentException(
            "export to %s has no option '%s', %s"
                .formatted(
                    exporter.name(),
                    option,
                    exporter.options().isEmpty()
                        ? "it has none"
                        : "allowed: " + String.join(", ", exporter.options().keySet())));
      }
    }
    Path folder = target.toAbsolutePath().getParent();
    Path name = target.getFileName();
    if (folder == null || name == null || Files.isDirectory(target)) {
      throw new FileSystemException(
          target.toString(), null, "is a folder, expected a file to write");
    }
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(target.toString(), null, "there is no folder " + folder);
    }
    Map<String, byte[]> files = exporter.export(student, name.toString(), options);
    Map<Path, Path> ready = new LinkedHashMap<>();
    List<Path> written = new ArrayList<>();
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        // Not createTempFile, which makes files that only their owner may read.
        long unique = ThreadLocalRandom.current().nextLong();
        Path temporary = folder.resolve(".export-%016x.tmp".formatted(unique));
        ready.put(temporary, folder.resolve(file.getKey()));
        Files.write(temporary, file.getValue(), StandardOpenOption.CREATE_NEW);
      }
      for (Map.Entry<Path, Path> file : ready.entrySet()) {
        Files.move(
            file.getKey(),
            file.getValue(),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
        written.add(target.resolveSibling(file.getValue().getFileName()));
      }
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // A full disk is told without the file.
      FileSystemException named = new FileSystemException(target.toString(), null, e.getMessage());
      named.initCause(e);
      throw named;
    } finally {
      for (Path temporary : ready.keySet()) {
        Files.deleteIfExists(temporary);
      }
    }
    return written;
  }
}
