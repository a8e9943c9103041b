package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.distill.auto.Version;
import dev.distill.runtime.StudentFile;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs a process of its own: class paths and signals. */
class ProcessTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  /** Parts of the class path that each library and its module come from. */
  private static final Map<String, List<String>> LIBRARIES =
      Map.of(
          "xgboost", List.of("distill-models-xgboost", "/ml/dmlc/"),
          "smile", List.of("distill-models-smile", "/com/github/haifengl/"),
          "tribuo", List.of("distill-models-tribuo", "/org/tribuo/"));

  private static List<String> classPath(Set<String> libraries) {
    List<String> left = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      boolean kept = true;
      for (String library : LIBRARIES.keySet()) {
        boolean part =
            LIBRARIES.getOrDefault(library, List.of()).stream().anyMatch(entry::contains);
        kept &= !part || libraries.contains(library);
      }
      if (kept) {
        left.add(entry);
      }
    }
    return left;
  }

  private static Process start(Set<String> libraries, List<String> options, Object... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.addAll(options);
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classPath(libraries)));
    command.add("dev.distill.cli.Main");
    Arrays.stream(args).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private Object[] run(String... more) {
    List<Object> all = new ArrayList<>(List.of("run", "--label", "kind"));
    all.addAll(List.of("--train", folder.resolve("train.csv")));
    all.addAll(List.of("--teacher", folder.resolve("train_teacher.csv")));
    all.addAll(List.of("--out", folder.resolve("out")));
    all.addAll(List.of(more));
    return all.toArray();
  }

  /** The families that the modules name. */
  private static List<String> named(Set<String> libraries) throws Exception {
    List<URL> entries = new ArrayList<>();
    for (String entry : classPath(libraries)) {
      entries.add(Path.of(entry).toUri().toURL());
    }
    List<String> names = new ArrayList<>();
    try (URLClassLoader loader = new URLClassLoader(entries.toArray(new URL[0]), null)) {
      Enumeration<URL> files =
          loader.getResources("META-INF/services/dev.distill.spi.StudentModel");
      while (files.hasMoreElements()) {
        try (InputStream in = files.nextElement().openStream()) {
          new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(names::add);
        }
      }
    }
    return names;
  }

  @Test
  void any_of_the_modules_can_be_taken_away() throws Exception {
    for (Set<String> libraries :
        List.of(
            Set.of("xgboost", "smile", "tribuo"),
            Set.of("xgboost", "smile"),
            Set.of("xgboost", "tribuo"),
            Set.of("smile", "tribuo"),
            Set.of("xgboost"),
            Set.of("smile"),
            Set.of("tribuo"))) {
      Process students = start(libraries, List.of(), "students");
      String text = output(students);
      assertThat(students.waitFor()).as(text).isZero();
      List<String> named = named(libraries);
      assertThat(text.lines().filter(line -> line.matches("[a-z]+\\.[a-z]+: .*")))
          .as("%s", libraries)
          .hasSameSizeAs(named);
      for (String library : LIBRARIES.keySet()) {
        assertThat(text.contains("\n" + library + ".") || text.startsWith(library + "."))
            .as("%s of %s: %s", library, libraries, text)
            .isEqualTo(named.stream().anyMatch(name -> name.contains("." + library + ".")));
      }
      assertThat(text).doesNotContain("not loaded");
    }
  }

  @Test
  void each_module_alone_distils() throws Exception {
    Cli.writeData(folder, "train", 200, 1);
    for (String library : LIBRARIES.keySet()) {
      Process run =
          start(Set.of(library), List.of(), run("--families", library + ".tree", "--trials", "1"));
      String text = output(run);
      assertThat(run.waitFor()).as(text).isZero();
      assertThat(Files.readString(folder.resolve("out/leaderboard.csv")))
          .contains('"' + library + ".tree\"");
    }
  }

  @Test
  void without_any_module_it_says_what_to_add() throws Exception {
    Process students = start(Set.of(), List.of(), "students");
    String what =
        "add one or more of dev.distill:distill-models-xgboost:%1$s,"
            + " dev.distill:distill-models-smile:%1$s, dev.distill:distill-models-tribuo:%1$s";
    assertThat(output(students)).isEqualTo("none; " + what.formatted(Version.current()) + "\n");
    assertThat(students.waitFor()).isZero();

    Cli.writeData(folder, "train", 50, 1);
    Process run = start(Set.of(), List.of(), run());
    // Newer JDKs warn of what Guice's libraries do before that.
    assertThat(output(run))
        .endsWith(
            "distill: the class path has no student family; "
                + what.formatted(Version.current())
                + "\n");
    assertThat(run.waitFor()).isEqualTo(2);
  }

  @Test
  void what_is_not_used_is_not_touched() throws Exception {
    Path log = folder.resolve("classes.txt");
    List<String> logged = List.of("-Xlog:class+load:file=" + log);
    Process students = start(LIBRARIES.keySet(), logged, "students");
    String text = output(students);
    assertThat(students.waitFor()).as(text).isZero();
    assertThat(loaded(log, "dev.distill.cli.StudentsCommand")).isNotEmpty();
    assertThat(loaded(log, "ml.dmlc.xgboost4j.java.(XGBoostJNI|NativeLibLoader)")).isEmpty();
    assertThat(loaded(log, "(smile.math.blas|org.bytedeco|com.sun.jna).")).isEmpty();
    // Verifying our own classes takes a look at a type here and there; running them takes hundreds.
    assertThat(loaded(log, "(ml.dmlc|smile|org.tribuo).")).hasSizeLessThan(50);

    Cli.writeData(folder, "train", 200, 1);
    Process run =
        start(LIBRARIES.keySet(), logged, run("--families", "xgboost.tree", "--trials", "1"));
    text = output(run);
    assertThat(run.waitFor()).as(text).isZero();
    assertThat(loaded(log, "ml.dmlc.xgboost4j.java.XGBoostJNI")).isNotEmpty();
    assertThat(loaded(log, "(smile.math.blas|org.bytedeco).")).isEmpty();
    assertThat(loaded(log, "(smile|org.tribuo).")).hasSizeLessThan(50);
  }

  @Test
  void without_a_place_for_temporary_files_it_does_without_what_needs_one_and_says_so()
      throws Exception {
    Cli.writeData(folder, "train", 50, 1);
    Path gone = folder.resolve("gone");
    Process run = start(LIBRARIES.keySet(), List.of("-Djava.io.tmpdir=" + gone), run());
    String text = output(run);
    assertThat(run.waitFor()).as(text).isZero();
    assertThat(text)
        .contains("note: " + gone + ": no folder for temporary files that can be written to")
        .contains("DISTILL_JAVA_OPTS", "trials failed")
        .doesNotContain("Exception");
  }

  /**
   * The classes in a log whose names begin like a pattern. A line: "[0.1s][info][class,load] NAME
   * source: …".
   */
  private static List<String> loaded(Path log, String pattern) throws IOException {
    return Files.readAllLines(log).stream()
        .map(line -> line.replaceFirst("^(\\[[^]]*\\])+ ", "").replaceFirst(" .*", ""))
        .filter(name -> name.matches(pattern + ".*"))
        .toList();
  }

  @Test
  void an_interrupt_ends_early_with_the_best_so_far_written() throws Exception {
    assumeFalse(interruptsAreIgnored(), "Ctrl-C is ignored here, as in a shell's background job");
    Cli.writeData(folder, "train", 2_000, 1);
    Process run = start(LIBRARIES.keySet(), List.of(), run("--trials", "2000"));
    StringBuilder text = new StringBuilder();
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
      boolean stopped = false;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        text.append(line).append('\n');
        if (!stopped && line.startsWith("trial ")) {
          new ProcessBuilder("kill", "-INT", String.valueOf(run.pid())).start().waitFor();
          stopped = true;
        }
      }
    }
    assertThat(run.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(run.exitValue()).as(text.toString()).isEqualTo(130);
    assertThat(text).contains("ended early", "Written to ");
    assertThat(folder.resolve("out/leaderboard.csv")).exists();
    StudentFile.load(folder.resolve("out/student.distill"));
  }

  /** A process hands what it ignores down to those that it starts. */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("SigIgn:")) {
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> 1 & 1) != 0;
      }
    }
    return false;
  }
}
