package dev.distill.export;

import dev.distill.runtime.StudentFile;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** A generated class, compiled and loaded. */
final class CompiledStudent implements ExportedStudent {
  private final URLClassLoader loader;
  private final Path folder;
  private final Method encode;
  private final Method score;
  private final Method predict;
  private final int classes;

  private CompiledStudent(URLClassLoader loader, Path folder, Class<?> type, int classes)
      throws NoSuchMethodException {
    this.loader = loader;
    this.folder = folder;
    this.classes = classes;
    encode = type.getMethod("encode", Map.class);
    score = type.getMethod("score", float[].class, double[].class);
    predict = type.getMethod("predict", float[].class);
  }

  static CompiledStudent of(Path file, StudentFile student) throws IOException {
    String source = Files.readString(file);
    Path folder = Files.createTempDirectory("distill-export");
    boolean opened = false;
    try {
      Class<?> type = load(file, source, folder);
      Object names = type.getMethod("classes").invoke(null);
      List<String> classes = names instanceof String[] texts ? List.of(texts) : List.of();
      if (!classes.equals(student.classes())) {
        throw new IllegalArgumentException(
            "%s: its classes are %s, the student's %s"
                .formatted(file, Names.quoted(classes), Names.quoted(student.classes())));
      }
      CompiledStudent compiled =
          new CompiledStudent((URLClassLoader) type.getClassLoader(), folder, type, classes.size());
      opened = true;
      return compiled;
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalArgumentException(
          "%s: is no class that Distill exported: %s".formatted(file, cause(e)), e);
    } finally {
      if (!opened) {
        delete(folder);
      }
    }
  }

  private static Throwable cause(Throwable e) {
    return e.getCause() == null ? e : cause(e.getCause());
  }

  /** Compiles into the folder, where the tables are laid too, as a build does with resources. */
  private static Class<?> load(Path file, String source, Path folder)
      throws IOException, ClassNotFoundException {
    compile(file, folder);
    String simple = file.getFileName().toString().replaceFirst("\\.java$", "");
    String room = room(source);
    Path tables = file.resolveSibling(simple + JavaSource.TABLES);
    if (Files.exists(tables)) {
      Path beside = folder.resolve(room.replace('.', '/')).resolve(tables.getFileName());
      Files.copy(tables, beside);
    }
    URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    return Class.forName(room.isEmpty() ? simple : room + "." + simple, true, loader);
  }

  private static String room(String source) {
    String first = source.lines().findFirst().orElse("");
    return first.startsWith("package ") ? first.substring(8, first.length() - 1) : "";
  }

  /**
   * Compiles the class alone.
   *
   * @throws IOException if there is no compiler, as this is no JDK
   * @throws IllegalArgumentException if it does not compile
   */
  static void compile(Path file, Path folder) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IOException(
          file + ": can't be compiled, as Java here is a JRE; run distill with a JDK");
    }
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of("-d", folder.toString(), "--release", "8", "-Xlint:-options", "-proc:none");
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      boolean done =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(file))
              .call();
      if (!done) {
        throw new IllegalArgumentException(
            "%s: does not compile: %s".formatted(file, messages.toString().strip()));
      }
    }
  }

  @Override
  public Scores score(Table rows) {
    double[] probabilities = new double[rows.rows() * classes];
    int[] winners = new int[rows.rows()];
    double[] one = new double[classes];
    List<Table.Column> columns = rows.columns();
    try {
      for (int i = 0; i < winners.length; i++) {
        Map<String, @Nullable Object> row = new HashMap<>();
        for (Table.Column column : columns) {
          row.put(
              column.name(),
              column instanceof Table.Numbers numbers ? numbers.values()[i] : column.text(i));
        }
        Object features = encode.invoke(null, row);
        score.invoke(null, features, one);
        System.arraycopy(one, 0, probabilities, i * classes, classes);
        winners[i] = (Integer) predict.invoke(null, features);
      }
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the exported class failed: " + e.getCause(), e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    return new Scores(probabilities, winners);
  }

  @Override
  public void close() {
    try {
      loader.close();
      delete(folder);
    } catch (IOException e) {
      // A temporary folder is left behind; the answers stand.
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList())) {
        Files.deleteIfExists(file);
      }
    }
  }
}
