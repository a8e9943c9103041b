package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Compiles families into jars. */
final class PluginJars {
  private static final String SERVICE = "META-INF/services/dev.distill.spi.StudentModel";

  /** A family that does what {@link FakeFamily} does, to be misled in one thing. */
  static final String DELEGATE =
      """
      package plug;
      import dev.distill.spi.*;
      public class Delegate implements StudentModel {
        private final StudentModel good;
        Delegate(String id) { good = dev.distill.auto.FakeFamily.soft(id); }
        @Override public String id() { return good.id(); }
        @Override public int spiVersion() { return SPI_VERSION; }
        @Override public String description() { return good.description(); }
        @Override public Capabilities capabilities() { return good.capabilities(); }
        @Override public SearchSpace searchSpace(TaskShape shape) { return good.searchSpace(shape); }
        @Override public FittedStudent fit(TrainingSet t, Hyperparameters h, FitContext c) {
          return good.fit(t, h, c);
        }
        public static class Student implements FittedStudent {
          private final FittedStudent good;
          public Student(FittedStudent good) { this.good = good; }
          @Override public void logits(Matrix rows, float[] logits) { good.logits(rows, logits); }
          @Override public java.util.Optional<dev.distill.runtime.PortableModel> portable() {
            return good.portable();
          }
          @Override public int steps() { return good.steps(); }
          @Override public void close() { good.close(); }
        }
      }
      """;

  private final Path folder;

  PluginJars(Path folder) {
    this.folder = folder;
  }

  /** A jar with one family, which is {@link FakeFamily} but for the given members. */
  Path family(String name, String id, String members) throws IOException {
    return jar(
        name.toLowerCase(java.util.Locale.ROOT),
        List.of(
            DELEGATE,
            """
            package plug;
            import dev.distill.spi.*;
            public class %s extends Delegate {
              public %s() { super("%s"); }
              %s
            }
            """
                .formatted(name, name, id, members)),
        List.of("plug." + name),
        List.of());
  }

  /** The same where the given members are its student's. */
  Path student(String name, String id, String members) throws IOException {
    return family(
        name,
        id,
        """
        @Override public FittedStudent fit(TrainingSet t, Hyperparameters h, FitContext c) {
          return new Student(super.fit(t, h, c)) { %s };
        }
        """
            .formatted(members));
  }

  /** Compiles sources into a jar, without the classes named, that offers the given providers. */
  Path jar(String name, List<String> sources, List<String> providers, List<String> leftOut)
      throws IOException {
    return jar(name, sources, providers, leftOut, System.getProperty("java.class.path"));
  }

  /** The same against a class path. */
  Path jar(
      String name,
      List<String> sources,
      List<String> providers,
      List<String> leftOut,
      String classPath)
      throws IOException {
    Path source = Files.createDirectories(folder.resolve(name + "-src"));
    Path classes = Files.createDirectories(folder.resolve(name + "-classes"));
    List<Path> files = new ArrayList<>();
    for (String text : sources) {
      String type = text.replaceAll("(?s).*?\\b(?:class|interface) (\\w+).*", "$1");
      files.add(Files.writeString(source.resolve(type + ".java"), text));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of("-proc:none", "-nowarn", "-cp", classPath, "-d", classes.toString()),
                null,
                compiler
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjectsFromPaths(files))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
    for (String type : leftOut) {
      Files.delete(classes.resolve(type.replace('.', '/') + ".class"));
    }
    Path jar = folder.resolve(name + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> all = Files.walk(classes)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        entry(out, classes.relativize(file).toString(), Files.readAllBytes(file));
      }
      if (!providers.isEmpty()) {
        entry(out, SERVICE, String.join("\n", providers).getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  /** A jar of given entries. */
  static void write(Path jar, String name, byte[] content, String provider) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      entry(out, name, content);
      entry(out, SERVICE, provider.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void entry(JarOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(content);
  }
}
