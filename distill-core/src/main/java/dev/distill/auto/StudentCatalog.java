package dev.distill.auto;

import dev.distill.spi.StudentModel;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The student families at hand, by id. A provider that can't be loaded is kept as a problem, by
 * name, and the rest go on.
 */
public final class StudentCatalog {
  private final TreeMap<String, StudentModel> byId = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();

  private StudentCatalog() {}

  /**
   * Finds the families that a class loader's jars name as services.
   *
   * @throws IllegalStateException if two jars bring the same id
   */
  public static StudentCatalog discover(ClassLoader loader) {
    StudentCatalog catalog = new StudentCatalog();
    Iterator<ServiceLoader.Provider<StudentModel>> providers =
        ServiceLoader.load(StudentModel.class, loader).stream().iterator();
    while (true) {
      String name = "a provider of " + StudentModel.class.getName();
      try {
        if (!providers.hasNext()) {
          return catalog;
        }
        ServiceLoader.Provider<StudentModel> provider = providers.next();
        name = provider.type().getName();
        catalog.add(provider.get());
      } catch (ServiceConfigurationError | LinkageError e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String problem =
            name + " can't be loaded: " + (cause == e ? "" : e.getMessage() + ": ") + cause;
        if (catalog.problems.contains(problem)) {
          // It is the class loader that fails, and will do so for ever.
          return catalog;
        }
        catalog.problems.add(problem);
      }
    }
  }

  /**
   * A catalog of given families.
   *
   * @throws IllegalStateException if two have the same id
   */
  public static StudentCatalog of(List<? extends StudentModel> students) {
    StudentCatalog catalog = new StudentCatalog();
    students.forEach(catalog::add);
    return catalog;
  }

  private void add(StudentModel student) {
    @Nullable String id;
    try {
      id = student.id();
      if (id == null || id.isBlank()) {
        problems.add(student.getClass().getName() + " can't be used: it has no id");
        return;
      }
      if (student.spiVersion() != StudentModel.SPI_VERSION) {
        problems.add(
            "%s (%s) was built for version %s of the student SPI, this is version %s"
                .formatted(
                    id,
                    student.getClass().getName(),
                    student.spiVersion(),
                    StudentModel.SPI_VERSION));
        return;
      }
    } catch (RuntimeException | LinkageError e) {
      problems.add(student.getClass().getName() + " can't be used: " + e);
      return;
    }
    StudentModel other = byId.putIfAbsent(id, student);
    if (other != null) {
      throw new IllegalStateException(
          "student family '%s' is there twice: %s from %s and %s from %s; take one jar away"
              .formatted(
                  id,
                  other.getClass().getName(),
                  origin(other),
                  student.getClass().getName(),
                  origin(student)));
    }
  }

  private static String origin(StudentModel student) {
    CodeSource source = student.getClass().getProtectionDomain().getCodeSource();
    return source == null ? "the JDK" : String.valueOf(source.getLocation());
  }

  /** All families, ordered by id. */
  public List<StudentModel> students() {
    return List.copyOf(byId.values());
  }

  /** What could not be loaded, one line each. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * The family with an id.
   *
   * @throws IllegalArgumentException if there is none; the message names those that are, and the
   *     module that would bring it
   */
  public StudentModel get(String id) {
    StudentModel student = byId.get(id);
    if (student == null) {
      int dot = id.indexOf('.');
      throw new IllegalArgumentException(
          "unknown student family '%s'; the class path has %s%s%s"
              .formatted(
                  id,
                  byId.isEmpty() ? "none" : String.join(", ", byId.keySet()),
                  dot > 0
                          && byId.keySet().stream()
                              .noneMatch(k -> k.startsWith(id.substring(0, dot + 1)))
                      ? "; families named %s.… come with dev.distill:distill-models-%s"
                          .formatted(id.substring(0, dot), id.substring(0, dot))
                      : "",
                  problems.isEmpty() ? "" : " (not loaded: " + String.join("; ", problems) + ")"));
    }
    return student;
  }

  /**
   * The families with the given ids, or all if none is given.
   *
   * @throws IllegalArgumentException for an unknown id, or if the class path has no family at all
   */
  public List<StudentModel> select(List<String> ids) {
    if (!ids.isEmpty()) {
      return ids.stream().distinct().map(this::get).toList();
    }
    if (byId.isEmpty()) {
      throw new IllegalArgumentException(
          "the class path has no student family; add one, such as dev.distill:distill-models-xgboost"
              + (problems.isEmpty() ? "" : " (not loaded: " + String.join("; ", problems) + ")"));
    }
    return students();
  }
}
