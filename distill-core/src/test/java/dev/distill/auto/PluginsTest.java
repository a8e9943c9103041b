package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.distill.spi.StudentModel;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Families from jars that are not on the class path. */
class PluginsTest {
  private static final String SHARED =
      "package lib; public class Shared { public static String version() { return \"%s\"; } }";
  private static final String DESCRIBES_SHARED =
      "@Override public String description() { return lib.Shared.version(); }";

  private final Path folder;
  private final PluginJars jars;

  PluginsTest(@TempDir Path folder) {
    this.folder = folder;
    jars = new PluginJars(folder);
  }

  private static ClassLoader app(Path... jars) throws IOException {
    URL[] urls = new URL[jars.length];
    for (int i = 0; i < jars.length; i++) {
      urls[i] = jars[i].toUri().toURL();
    }
    return new URLClassLoader(urls, StudentModel.class.getClassLoader());
  }

  private static StudentCatalog discover(Path... plugins) throws IOException {
    return StudentCatalog.discover(app(), List.of(plugins));
  }

  private static List<String> ids(StudentCatalog catalog) {
    return catalog.students().stream().map(StudentModel::id).toList();
  }

  private static String problem(StudentCatalog catalog) {
    assertThat(catalog.problems()).hasSize(1);
    return catalog.problems().get(0).message();
  }

  /** A jar with a library of a version. */
  private Path library(String version) throws IOException {
    return jars.jar("shared-" + version, List.of(SHARED.formatted(version)), List.of(), List.of());
  }

  /** A family that says which version of the library it sees, without that library. */
  private Path describing(String name, String id) throws IOException {
    Path library = folder.resolve("shared-1.jar");
    if (!Files.exists(library)) {
      library("1");
    }
    Path whole =
        jars.jar(
            name,
            List.of(
                """
                package plug;
                import dev.distill.spi.*;
                public class %1$s implements StudentModel {
                  private final StudentModel good = dev.distill.auto.FakeFamily.soft("%2$s");
                  public String id() { return good.id(); }
                  public int spiVersion() { return SPI_VERSION; }
                  %3$s
                  public Capabilities capabilities() { return good.capabilities(); }
                  public SearchSpace searchSpace(TaskShape s) { return good.searchSpace(s); }
                  public FittedStudent fit(TrainingSet t, Hyperparameters h, FitContext c) {
                    return good.fit(t, h, c);
                  }
                }
                """
                    .formatted(name, id, DESCRIBES_SHARED)),
            List.of("plug." + name),
            List.of(),
            System.getProperty("java.class.path") + File.pathSeparator + library);
    return whole;
  }

  /** A folder with copies of jars. */
  private Path plugin(String name, Path... parts) throws IOException {
    Path plugin = Files.createDirectories(folder.resolve("plugins").resolve(name));
    for (Path part : parts) {
      Files.copy(part, plugin.resolve(part.getFileName()));
    }
    return plugin;
  }

  @Test
  void a_plugin_uses_its_own_version_of_what_is_on_the_class_path_too() throws Exception {
    Path onClassPath = describing("Plain", "plain");
    Path bringing = plugin("bringing", describing("Bringing", "bringing"), library("2"));
    Path borrowing = describing("Borrowing", "borrowing");
    StudentCatalog catalog =
        StudentCatalog.discover(app(library("1"), onClassPath), List.of(bringing, borrowing));
    assertThat(catalog.problems()).isEmpty();
    assertThat(ids(catalog)).containsExactly("borrowing", "bringing", "plain");
    assertThat(catalog.get("plain").description()).isEqualTo("1");
    assertThat(catalog.get("bringing").description()).isEqualTo("2");
    assertThat(catalog.get("borrowing").description()).isEqualTo("1");
  }

  @Test
  void its_code_runs_with_its_own_class_loader_as_the_threads() throws Exception {
    String check =
        "static { check(); } static void check() {"
            + " if (Thread.currentThread().getContextClassLoader() != Own.class.getClassLoader())"
            + " throw new IllegalStateException(\"foreign loader\"); }"
            + " @Override public SearchSpace searchSpace(TaskShape s) { check();"
            + " return super.searchSpace(s); }"
            + " @Override public FittedStudent fit(TrainingSet t, Hyperparameters h, FitContext c) {"
            + " check(); return new Student(super.fit(t, h, c)) {"
            + " @Override public void logits(Matrix r, float[] l) { check(); super.logits(r, l); }"
            + " @Override public void close() { check(); super.close(); } }; }";
    StudentCatalog catalog = discover(jars.family("Own", "own", check));
    assertThat(catalog.problems()).isEmpty();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    DistillConfig config = DistillConfig.builder().trials(1).folds(2).threads(1).build();
    DistillationResult result =
        new AutoDistiller(catalog, config)
            .distill(Planted.task(100), (outcome, best, done, total) -> {}, new Cancellation());
    assertThat(result.trials()).allMatch(t -> t.failure().isEmpty());
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
  }

  @Test
  void it_finds_its_own_resources_first_and_its_own_services_alone() throws Exception {
    Path app = folder.resolve("app.jar");
    PluginJars.write(app, "lib/name.txt", "app".getBytes(StandardCharsets.UTF_8), "a.A");
    Path own = folder.resolve("own.jar");
    PluginJars.write(own, "lib/name.txt", "own".getBytes(StandardCharsets.UTF_8), "b.B");
    try (PluginLoader loader = PluginLoader.open(own, app(app))) {
      assertThat(loader.getResource("lib/name.txt")).asString().contains("own.jar");
      assertThat(Collections.list(loader.getResources("lib/name.txt")))
          .extracting(URL::toString)
          .satisfiesExactly(
              first -> assertThat(first).contains("own.jar"),
              second -> assertThat(second).contains("app.jar"));
      assertThat(
              Collections.list(
                  loader.getResources("META-INF/services/" + StudentModel.class.getName())))
          .singleElement()
          .asString()
          .contains("own.jar");
      assertThat(loader.getResource("META-INF/services/nowhere.Service")).isNull();
      assertThat(loader.loadClass(StudentModel.class.getName())).isSameAs(StudentModel.class);
      assertThat(loader.loadClass("java.sql.Connection")).isSameAs(java.sql.Connection.class);
    }
  }

  @Test
  void a_folder_has_jars_and_folders_of_jars() throws Exception {
    Path one = jars.family("One", "one", "");
    Path two = jars.family("Two", "two", "");
    plugin("two-with-library", two, library("1"));
    plugin(".hidden", two);
    Path plugins = folder.resolve("plugins");
    Files.copy(one, plugins.resolve("one.jar"));
    Files.writeString(plugins.resolve("README.txt"), "jars go here");
    List<Path> found = Plugins.in(plugins);
    assertThat(found)
        .containsExactly(plugins.resolve("one.jar"), plugins.resolve("two-with-library"));
    assertThat(Plugins.in(folder.resolve("nowhere"))).isEmpty();

    // The same plugin named twice is one.
    Path again = plugins.resolve("../plugins/one.jar");
    StudentCatalog catalog = discover(found.get(0), found.get(1), again);
    assertThat(ids(catalog)).containsExactly("one", "two");
    assertThat(catalog.problems()).isEmpty();
  }

  @Test
  void what_is_no_plugin_is_named_and_the_others_go_on() throws Exception {
    Path good = jars.family("Good", "good", "");
    Path cut = folder.resolve("cut.jar");
    byte[] bytes = Files.readAllBytes(good);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    StudentCatalog catalog = discover(cut, good);
    assertThat(ids(catalog)).containsExactly("good");
    assertThat(problem(catalog)).contains("cut.jar can't be loaded: cut.jar is no whole jar: ");
    assertThat(catalog.problems().get(0).name()).isEqualTo("cut.jar");

    Path torn = folder.resolve("torn.jar");
    byte[] classFile = Files.readAllBytes(folder.resolve("good-classes/plug/Good.class"));
    PluginJars.write(
        torn, "plug/Good.class", Arrays.copyOf(classFile, classFile.length / 2), "plug.Good");
    catalog = discover(torn, good);
    assertThat(ids(catalog)).containsExactly("good");
    assertThat(problem(catalog)).contains("torn.jar", "ClassFormatError");

    catalog = discover(library("1"), good);
    assertThat(problem(catalog))
        .contains(
            "shared-1.jar names no student family and no teacher: there is no META-INF/services/dev.distill");
    catalog = discover(plugin("empty"), good);
    assertThat(problem(catalog)).endsWith("empty can't be loaded: there is no jar in it");
  }

  @Test
  void a_plugin_that_is_not_there_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> discover(folder.resolve("nowhere.jar")))
        .withMessageContaining("nowhere.jar: there is no such file or folder of jars");
  }

  @Test
  void an_id_of_the_class_path_or_of_another_plugin_names_both_jars() throws Exception {
    Path first = jars.family("First", "same.id", "");
    Path second = jars.family("Second", "same.id", "");
    assertThatIllegalStateException()
        .isThrownBy(() -> discover(first, second))
        .withMessageContaining("'same.id'")
        .withMessageContaining("first.jar")
        .withMessageContaining("second.jar");
    assertThatIllegalStateException()
        .isThrownBy(() -> StudentCatalog.discover(app(first), List.of(second)))
        .withMessageContaining("first.jar")
        .withMessageContaining("second.jar");
  }

  @Test
  void one_built_for_another_version_of_the_interface_is_named() throws Exception {
    // Compiled against an interface that had but one method.
    Path older =
        jars.jar(
            "older",
            List.of(
                "package dev.distill.spi; public interface StudentModel { String id(); }",
                "package plug; public class Older implements dev.distill.spi.StudentModel {"
                    + " public String id() { return \"older\"; } }"),
            List.of("plug.Older"),
            List.of("dev.distill.spi.StudentModel"),
            folder.toString());
    StudentCatalog catalog = discover(older, jars.family("Good", "good", ""));
    assertThat(ids(catalog)).containsExactly("good");
    assertThat(problem(catalog)).contains("plug.Older", "older.jar", "AbstractMethodError");
  }
}
