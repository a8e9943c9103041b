package dev.distill.spark;

import dev.distill.auto.TeacherCatalog;
import dev.distill.data.Answers;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkFiles;

/**
 * Teachers that an executor has opened: once, and kept as long as it lives. One batch is asked
 * about at a time, since a teacher is safe for one thread alone.
 */
final class OpenTeachers {
  private static final Map<List<String>, OpenTeachers> OPEN = new HashMap<>();

  private final List<TeacherModel> teachers;

  private OpenTeachers(List<TeacherModel> teachers) {
    this.teachers = teachers;
  }

  /** The teachers at these places, which files are sent to executors for. */
  static OpenTeachers at(List<String> places) {
    synchronized (OPEN) {
      return OPEN.computeIfAbsent(places, OpenTeachers::open);
    }
  }

  private static OpenTeachers open(List<String> places) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    TeacherCatalog catalog =
        TeacherCatalog.discover(
            loader == null ? OpenTeachers.class.getClassLoader() : loader, List.of());
    List<TeacherModel> opened = new ArrayList<>();
    for (String place : places) {
      try {
        opened.add(catalog.open(isFile(place) ? sent(place) : place));
      } catch (IOException e) {
        opened.forEach(TeacherModel::close);
        throw new UncheckedIOException("teacher " + place + ": " + e.getMessage(), e);
      }
    }
    return new OpenTeachers(opened);
  }

  /** Whether it is the path of a file, not an address. */
  static boolean isFile(String place) {
    return !place.contains("://");
  }

  private static String sent(String place) {
    String there = SparkFiles.get(Path.of(place).getFileName().toString());
    return Files.exists(Path.of(there)) ? there : place;
  }

  /** Rows × classes probabilities; of several teachers the mean. */
  synchronized double[] probabilities(Table rows, List<String> classes) {
    return new Answers(teachers, count -> {}).of(rows, classes);
  }
}
