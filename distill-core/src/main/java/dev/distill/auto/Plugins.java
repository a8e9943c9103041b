package dev.distill.auto;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds plugins: jars with student families that are not on the class path. A plugin is a jar, or a
 * folder of jars: one with its dependencies.
 */
public final class Plugins {
  private Plugins() {}

  /**
   * The plugins in a folder, by name: each jar, and each folder that is not hidden.
   *
   * @return empty if there is no such folder
   * @throws IOException if the folder can't be read
   */
  public static List<Path> in(Path folder) throws IOException {
    List<Path> plugins = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      plugins.addAll(jars(folder));
      try (DirectoryStream<Path> folders =
          Files.newDirectoryStream(folder, p -> Files.isDirectory(p) && !Files.isHidden(p))) {
        folders.forEach(plugins::add);
      }
    }
    return plugins.stream().sorted().toList();
  }

  static List<Path> jars(Path folder) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            folder, p -> p.toString().endsWith(".jar") && Files.isRegularFile(p))) {
      files.forEach(jars::add);
    }
    return jars.stream().sorted().toList();
  }
}
