package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.distill.spi.StudentModel;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Discovers families in jars that are compiled here. */
class StudentCatalogTest {
  private final Path folder;

  StudentCatalogTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** The source of a family in package {@code plug}. */
  private static String family(String name, String id, String extra) {
    return """
        package plug;
        import dev.distill.spi.*;
        public class %s %s implements StudentModel {
          @Override public String id() { return %s; }
          @Override public String description() { return ""; }
          @Override public Capabilities capabilities() {
            return new Capabilities(TargetLevel.SOFT_TARGETS, 2, Encoding.AS_IS, true);
          }
          @Override public SearchSpace searchSpace(TaskShape shape) {
            return SearchSpace.builder().build();
          }
          @Override public FittedStudent fit(TrainingSet t, Hyperparameters h, FitContext c) {
            throw new FitException("never");
          }
          %s
        }
        """
        .formatted(
            name,
            extra.startsWith("extends") ? extra : "",
            id,
            (extra.startsWith("extends") ? "" : extra)
                + (extra.contains("spiVersion")
                    ? ""
                    : " @Override public int spiVersion() { return SPI_VERSION; }"));
  }

  private static String family(String name, String id) {
    return family(name, '"' + id + '"', "");
  }

  private Path jar(String name, List<String> sources, List<String> providers, List<String> leftOut)
      throws IOException {
    return new PluginJars(folder).jar(name, sources, providers, leftOut);
  }

  private Path jar(String name, String source, String provider) throws IOException {
    return jar(name, List.of(source), List.of(provider), List.of());
  }

  private static StudentCatalog discover(Path... jars) throws IOException {
    URL[] urls = new URL[jars.length];
    for (int i = 0; i < jars.length; i++) {
      urls[i] = jars[i].toUri().toURL();
    }
    try (URLClassLoader loader = new URLClassLoader(urls, StudentModel.class.getClassLoader())) {
      return StudentCatalog.discover(loader);
    }
  }

  private static List<String> messages(StudentCatalog catalog) {
    return catalog.problems().stream().map(StudentCatalog.Problem::message).toList();
  }

  private static List<String> ids(StudentCatalog catalog) {
    return catalog.students().stream().map(StudentModel::id).toList();
  }

  @Test
  void a_jar_brings_its_families_and_takes_them_away_again() throws Exception {
    Path one = jar("one", family("One", "one.trees"), "plug.One");
    Path two = jar("two", family("Two", "two.net"), "plug.Two");
    assertThat(ids(discover(two, one))).containsExactly("one.trees", "two.net");
    assertThat(ids(discover(two))).containsExactly("two.net");
    assertThat(ids(discover())).isEmpty();
    assertThat(messages(discover(one, two))).isEmpty();
  }

  @Test
  void an_unknown_family_names_the_known_ones_and_the_module_that_brings_it() throws Exception {
    StudentCatalog catalog = discover(jar("one", family("One", "one.trees"), "plug.One"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> catalog.get("smile.forest"))
        .withMessage(
            "unknown student family 'smile.forest'; the class path has one.trees; families named"
                + " smile.… come with dev.distill:distill-models-smile:"
                + Version.current());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> catalog.get("one.tree"))
        .withMessage(
            "unknown student family 'one.tree'; the class path has one.trees, did you mean"
                + " 'one.trees'?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> catalog.select(List.of("one.trees", "forest")))
        .withMessage("unknown student family 'forest'; the class path has one.trees");
    assertThat(catalog.select(List.of("one.trees", "one.trees"))).hasSize(1);
  }

  @Test
  void an_empty_class_path_says_what_to_add() throws Exception {
    StudentCatalog empty = discover();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.select(List.of()))
        .withMessage(
            "the class path has no student family; add one or more of"
                + " dev.distill:distill-models-xgboost:%1$s,"
                + " dev.distill:distill-models-smile:%1$s, dev.distill:distill-models-tribuo:%1$s",
            Version.current());
    assertThat(Version.current()).matches("\\d+\\.\\d+.*");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.get("xgboost.trees"))
        .withMessageContaining("the class path has none")
        .withMessageContaining("dev.distill:distill-models-xgboost");
  }

  @Test
  void broken_providers_are_reported_by_name_and_the_rest_go_on() throws Exception {
    Path throwing =
        jar(
            "throwing",
            family(
                "Throws", "\"a.throws\"", "public Throws() { throw new Error(\"no licence\"); }"),
            "plug.Throws");
    Path lacking =
        jar(
            "lacking",
            List.of(
                family("Lacks", "\"b.lacks\"", "public Lacks() { Native.load(); }"),
                "package plug; class Native { static void load() {} }"),
            List.of("plug.Lacks"),
            List.of("plug.Native"));
    Path absent = jar("absent", family("Present", "c.present"), "plug.Absent\nplug.Present");
    Path newer =
        jar(
            "newer",
            family("Newer", "\"d.newer\"", "@Override public int spiVersion() { return 2; }"),
            "plug.Newer");
    Path nameless = jar("nameless", family("Nameless", "null", ""), "plug.Nameless");
    Path good = jar("good", family("Good", "z.good"), "plug.Good");

    StudentCatalog catalog = discover(throwing, lacking, absent, newer, nameless, good);
    assertThat(ids(catalog)).containsExactly("c.present", "z.good");
    assertThat(messages(catalog))
        .hasSize(5)
        .anySatisfy(p -> assertThat(p).contains("plug.Throws", "no licence"))
        .anySatisfy(
            p -> assertThat(p).contains("plug.Lacks", "NoClassDefFoundError", "plug/Native"))
        .anySatisfy(p -> assertThat(p).contains("plug.Absent", "not found"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .isEqualTo(
                        "plug.Newer can't be used: 'd.newer' was built for version 2 of the student"
                            + " SPI, this is version 1"))
        .anySatisfy(p -> assertThat(p).isEqualTo("plug.Nameless can't be used: it has no id"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> catalog.get("a.throws"))
        .withMessageContaining("plug.Throws")
        .withMessageContaining("no licence");
  }

  @Test
  void a_provider_whose_super_class_is_missing_does_not_keep_the_others_out() throws Exception {
    Path orphan =
        jar(
            "orphan",
            List.of(
                family("Orphan", "\"a.orphan\"", "extends Parent"),
                "package plug; public class Parent {}"),
            List.of("plug.Orphan"),
            List.of("plug.Parent"));
    StudentCatalog catalog = discover(orphan, jar("good", family("Good", "z.good"), "plug.Good"));
    assertThat(ids(catalog)).containsExactly("z.good");
    assertThat(messages(catalog)).singleElement().asString().contains("plug/Parent");
  }

  @Test
  void a_provider_that_fails_when_asked_for_its_id_is_reported() throws Exception {
    Path odd = jar("odd", family("Odd", "String.valueOf(1 / 0)", ""), "plug.Odd");
    StudentCatalog catalog = discover(odd, jar("good", family("Good", "z.good"), "plug.Good"));
    assertThat(ids(catalog)).containsExactly("z.good");
    assertThat(messages(catalog))
        .containsExactly("plug.Odd can't be used: java.lang.ArithmeticException: / by zero");
  }

  @Test
  void what_a_family_says_of_itself_is_checked_once() throws Exception {
    PluginJars jars = new PluginJars(folder);
    Path[] bad = {
      jars.family("Spaced", "a b,c", ""),
      jars.family("Undescribed", "x.1", "@Override public String description() { return null; }"),
      jars.family(
          "Incapable", "x.2", "@Override public Capabilities capabilities() { return null; }"),
      jars.family(
          "Levelless",
          "x.3",
          "@Override public Capabilities capabilities() {"
              + " return new Capabilities(null, 2, Encoding.AS_IS, true); }"),
      jars.family(
          "Asserting",
          "x.4",
          "@Override public Capabilities capabilities() { throw new AssertionError(\"oh\"); }"),
      jars.family(
          "Unprintable",
          "x.5",
          "static class Mean extends Error { @Override public String toString() { throw this; } }"
              + " @Override public String description() { throw new Mean(); }"),
    };
    StudentCatalog catalog = discover(bad);
    assertThat(catalog.students()).isEmpty();
    assertThat(messages(catalog))
        .containsExactlyInAnyOrder(
            "plug.Spaced can't be used: its id must be of letters, digits, '.', '_' and '-', got"
                + " 'a b,c'",
            "plug.Undescribed can't be used: it has no description",
            "plug.Incapable can't be used: it has no capabilities",
            "plug.Levelless can't be used: its capabilities must have a level and an encoding, got"
                + " Capabilities[level=null, maxClasses=2, encoding=AS_IS, deterministic=true]",
            "plug.Asserting can't be used: java.lang.AssertionError: oh",
            "plug.Unprintable can't be used: plug.Unprintable$Mean, whose message can't be had");
    assertThat(catalog.problems())
        .extracting(StudentCatalog.Problem::name)
        .contains("plug.Spaced", "plug.Unprintable");
  }

  @Test
  void an_id_that_two_jars_bring_names_both() throws Exception {
    Path first = jar("first", family("First", "same.id"), "plug.First");
    Path second = jar("second", family("Second", "same.id"), "plug.Second");
    assertThatIllegalStateException()
        .isThrownBy(() -> discover(first, second))
        .withMessageContaining("'same.id'")
        .withMessageContaining("first.jar")
        .withMessageContaining("second.jar")
        .withMessageContaining("plug.First")
        .withMessageContaining("plug.Second");
  }

  @Test
  void a_class_loader_that_always_fails_is_not_asked_for_ever() {
    ClassLoader broken =
        new ClassLoader(null) {
          @Override
          public Enumeration<URL> getResources(String name) throws IOException {
            throw new IOException("disk gone");
          }
        };
    StudentCatalog catalog =
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> StudentCatalog.discover(broken));
    assertThat(catalog.students()).isEmpty();
    assertThat(messages(catalog)).singleElement().asString().contains("disk gone");
  }

  @Test
  void given_families_are_checked_alike() {
    assertThat(ids(StudentCatalog.of(List.of(FakeFamily.soft("b"), FakeFamily.soft("a")))))
        .containsExactly("a", "b");
    assertThatIllegalStateException()
        .isThrownBy(() -> StudentCatalog.of(List.of(FakeFamily.soft("a"), FakeFamily.soft("a"))))
        .withMessageContaining("student family 'a' is there twice");
  }
}
