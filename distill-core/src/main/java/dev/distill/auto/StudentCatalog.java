package dev.distill.auto;

import dev.distill.spi.FitException;
import dev.distill.spi.Names;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The student families at hand, by id. One that can't be used is kept as a problem, by name, and
 * the rest go on.
 */
public final class StudentCatalog {
  private static final String SERVICE = "META-INF/services/" + StudentModel.class.getName();
  private static final String TEACHERS = "META-INF/services/" + TeacherProvider.class.getName();
  private static final List<String> MODULES = List.of("xgboost", "smile", "tribuo");

  /** Where Java's messages name a provider that it can't load. */
  private static final Pattern PROVIDER = Pattern.compile("Provider (\\S+) ");

  /**
   * A family or plugin that can't be used.
   *
   * @param name the family's id, or else the class or the plugin's file
   * @param message what is wrong with it, in one line that names it
   */
  public record Problem(String name, String message) {
    @Override
    public String toString() {
      return message;
    }
  }

  private final TreeMap<String, GuardedFamily> byId = new TreeMap<>();
  // Also told by running sweeps.
  private final Set<Problem> problems = Collections.synchronizedSet(new LinkedHashSet<>());

  private StudentCatalog() {}

  /**
   * Finds the families that a class loader's jars name as services.
   *
   * @throws IllegalStateException if two jars bring the same id
   */
  public static StudentCatalog discover(ClassLoader loader) {
    return discover(loader, List.of());
  }

  /**
   * Finds the families on the class path and in plugins. Each plugin has a class loader of its own
   * and may bring other versions of what is on the class path.
   *
   * @param plugins jars, or folders of jars: plugins with their dependencies; see {@link
   *     Plugins#in}
   * @throws IllegalArgumentException if there is no such plugin
   * @throws IllegalStateException if two jars bring the same id
   */
  public static StudentCatalog discover(ClassLoader loader, List<Path> plugins) {
    StudentCatalog catalog = new StudentCatalog();
    catalog.load(loader, null);
    Set<Path> distinct = new LinkedHashSet<>();
    for (Path plugin : plugins) {
      try {
        distinct.add(plugin.toRealPath());
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "plugin %s: %s"
                .formatted(
                    plugin, Files.exists(plugin) ? e : "there is no such file or folder of jars"),
            e);
      }
    }
    distinct.forEach(plugin -> catalog.load(plugin, loader));
    return catalog;
  }

  /**
   * A catalog of given families.
   *
   * @throws IllegalStateException if two have the same id
   */
  public static StudentCatalog of(List<? extends StudentModel> students) {
    StudentCatalog catalog = new StudentCatalog();
    for (StudentModel student : students) {
      catalog.add(student.getClass(), () -> student, null);
    }
    return catalog;
  }

  private void load(Path plugin, ClassLoader parent) {
    try {
      PluginLoader loader = PluginLoader.open(plugin, parent);
      if (!load(loader, plugin) && loader.findResource(TEACHERS) == null) {
        problems.add(
            new Problem(
                plugin.getFileName().toString(),
                "plugin %s names no student family and no teacher: there is no %s in it"
                    .formatted(plugin, SERVICE)));
      }
    } catch (IOException e) {
      problems.add(
          new Problem(
              plugin.getFileName().toString(),
              "plugin %s can't be loaded: %s".formatted(plugin, e.getMessage())));
    }
  }

  /** Adds what a loader offers; tells whether it named anything. */
  private boolean load(ClassLoader loader, @Nullable Path plugin) {
    boolean any = false;
    Iterator<ServiceLoader.Provider<StudentModel>> providers =
        ServiceLoader.load(StudentModel.class, loader).stream().iterator();
    while (true) {
      ServiceLoader.Provider<StudentModel> provider;
      try {
        if (!providers.hasNext()) {
          return any;
        }
        any = true;
        provider = providers.next();
      } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
        any = true;
        Matcher named = PROVIDER.matcher(Causes.text(e));
        String name =
            named.find() ? named.group(1) : "a provider of " + StudentModel.class.getName();
        if (!problem(name, plugin, "can't be loaded: " + reason(e))) {
          // It is the class loader that fails, and will do so for ever.
          return any;
        }
        continue;
      }
      add(provider.type(), provider, plugin);
    }
  }

  private void add(
      Class<?> type, Supplier<? extends StudentModel> provider, @Nullable Path plugin) {
    GuardedFamily student;
    try {
      student = GuardedFamily.of(type.getClassLoader(), provider);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while families were loaded", e);
    } catch (Throwable e) {
      problem(type.getName(), plugin, "can't be used: " + reason(e));
      return;
    }
    GuardedFamily other = byId.putIfAbsent(student.id(), student);
    if (other != null) {
      throw new IllegalStateException(
          "student family '%s' is there twice: %s from %s and %s from %s; take one jar away"
              .formatted(
                  student.id(),
                  other.type().getName(),
                  origin(other.type()),
                  student.type().getName(),
                  origin(student.type())));
    }
  }

  private boolean problem(String name, @Nullable Path plugin, String what) {
    String from = plugin == null ? "" : " (" + plugin + ")";
    return problems.add(new Problem(name, name + from + " " + what));
  }

  private static String reason(Throwable e) {
    Throwable cause = e.getCause();
    return cause != null && e instanceof ServiceConfigurationError
        ? e.getMessage() + ": " + Causes.text(cause)
        : Causes.reason(e);
  }

  private static String origin(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null ? "the JDK" : String.valueOf(source.getLocation());
  }

  /** All families, ordered by id. */
  public List<StudentModel> students() {
    return List.copyOf(byId.values());
  }

  /** What can't be used: known when the catalog was made, and what sweeps found out since. */
  public List<Problem> problems() {
    synchronized (problems) {
      return List.copyOf(problems);
    }
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
                  byId.isEmpty()
                      ? "none"
                      : String.join(", ", byId.keySet()) + Names.nearest(id, byId.keySet()),
                  dot > 0
                          && byId.keySet().stream()
                              .noneMatch(k -> k.startsWith(id.substring(0, dot + 1)))
                      ? "; families named %s.… come with %s"
                          .formatted(id.substring(0, dot), module(id.substring(0, dot)))
                      : "",
                  notLoaded()));
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
          "the class path has no student family; " + whatToAdd() + notLoaded());
    }
    return students();
  }

  /**
   * Of the families with the given ids, or of all if none is given, those that have a search space
   * for a task. One that has none becomes a problem.
   *
   * @throws IllegalArgumentException as {@link #select(List)} does, and if one that was given has
   *     none, or no family at all
   */
  public List<StudentModel> select(List<String> ids, TaskShape shape) {
    List<StudentModel> good = new ArrayList<>();
    List<String> bad = new ArrayList<>();
    for (StudentModel student : select(ids)) {
      try {
        student.searchSpace(shape);
        good.add(student);
      } catch (FitException e) {
        String message = String.valueOf(e.getMessage());
        problems.add(new Problem(student.id(), message));
        bad.add(message);
      }
    }
    if (good.isEmpty() || (!ids.isEmpty() && !bad.isEmpty())) {
      throw new IllegalArgumentException(String.join("; ", bad));
    }
    return good;
  }

  /** What to add where there is no family: Maven coordinates. */
  public static String whatToAdd() {
    return "add one or more of "
        + MODULES.stream().map(StudentCatalog::module).collect(Collectors.joining(", "));
  }

  private static String module(String library) {
    return "dev.distill:distill-models-" + library + ":" + Version.current();
  }

  private String notLoaded() {
    List<Problem> all = problems();
    return all.isEmpty()
        ? ""
        : all.stream()
            .map(Problem::message)
            .collect(Collectors.joining("; ", " (not loaded: ", ")"));
  }
}
