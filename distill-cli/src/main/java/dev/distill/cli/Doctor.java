package dev.distill.cli;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.Distiller;
import dev.distill.auto.ExporterCatalog;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.TeacherCatalog;
import dev.distill.auto.TrialOutcome;
import dev.distill.auto.Version;
import dev.distill.cli.data.TableReader;
import dev.distill.data.Dataset;
import dev.distill.export.Parity;
import dev.distill.runtime.StudentFile;
import dev.distill.search.jdbc.JdbcStore;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.StudentExporter;
import dev.distill.spi.StudentModel;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Whether this machine can do what Distill does: looked at where looking is enough, done on a few
 * rows where it takes a native library.
 */
final class Doctor {
  /** How a check ended. */
  enum Level {
    OK,
    WARN,
    FAIL
  }

  /**
   * What a check found.
   *
   * @param check what was checked
   * @param found what is there
   * @param fix what to do about it; empty if nothing
   */
  record Finding(Level level, String check, String found, String fix) {}

  private static final int JAVA = 17;
  private static final long MB = 1 << 20;
  private static final long LITTLE_HEAP = 512 * MB;

  /** XGBoost's, ONNX Runtime's, DuckDB's and SQLite's libraries are unpacked there. */
  private static final long NATIVES = 300 * MB;

  private static final int ROWS = 120;
  private static final int COMPARED = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[^/]*)\\.jar");
  private static final String TEMP = "java.io.tmpdir";

  private final Families families;
  private final Properties properties;
  private final Map<String, String> environment;
  private final List<Finding> findings = new ArrayList<>();

  /** A doctor for this process, or for what is said of another one. */
  Doctor(Families families, Properties properties, Map<String, String> environment) {
    this.families = families;
    this.properties = properties;
    this.environment = environment;
  }

  /** All checks, in their order. */
  List<Finding> findings() {
    looks();
    StudentCatalog catalog = catalog();
    teachers();
    check(
        "DuckDB", "Parquet and JSON files can't be read; add org.duckdb:duckdb_jdbc", this::duckDb);
    check("SQLite", "--study can't keep trials; add org.xerial:sqlite-jdbc", this::sqlite);
    StudentFile student = catalog == null ? null : fits(catalog);
    exports(student);
    return List.copyOf(findings);
  }

  /** The checks for which looking is enough. */
  List<Finding> looks() {
    findings.clear();
    java();
    memory();
    folder("temp folder", Path.of(property(TEMP)), NATIVES, "DISTILL_JAVA_OPTS=-D" + TEMP + "=DIR");
    folder("cache folder", cache(), 0, "DISTILL_CACHE=DIR");
    encoding();
    classPath();
    return List.copyOf(findings);
  }

  private void add(Level level, String check, String found, String fix) {
    findings.add(new Finding(level, check, found, fix));
  }

  private void ok(String check, String found) {
    add(Level.OK, check, found, "");
  }

  private String property(String name) {
    return properties.getProperty(name, "");
  }

  private void java() {
    String version = property("java.version");
    String found =
        "%s, %s, %s on %s %s; Distill %s"
            .formatted(
                version,
                property("java.vendor"),
                property("java.home"),
                property("os.name"),
                property("os.arch"),
                Version.current());
    Matcher feature = Pattern.compile("(?:1\\.)?(\\d+).*").matcher(version);
    if (!feature.matches() || Integer.parseInt(feature.group(1)) < JAVA) {
      add(Level.FAIL, "Java", found, "install a JDK, 17 or newer, and set JAVA_HOME to it");
    } else if (ToolProvider.getSystemJavaCompiler() == null) {
      add(
          Level.WARN,
          "Java",
          found + ", without a compiler",
          "install a JDK: 'distill verify' of exports to Java needs javac");
    } else {
      ok("Java", found);
    }
  }

  private void memory() {
    Runtime runtime = Runtime.getRuntime();
    long heap = runtime.maxMemory();
    String found = String.format(Locale.ROOT, "heap up to %,d MB", heap / MB);
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      found +=
          String.format(
              Locale.ROOT,
              " of %,d MB, %,d MB of them free",
              system.getTotalMemorySize() / MB,
              system.getFreeMemorySize() / MB);
    }
    if (heap < LITTLE_HEAP) {
      add(Level.WARN, "memory", found, "allow more, such as DISTILL_JAVA_OPTS=-Xmx2g");
    } else {
      ok("memory", found);
    }
    ok("cores", Integer.toString(runtime.availableProcessors()));
  }

  /** Where answers of teachers behind an address are kept. */
  private Path cache() {
    String own = environment.getOrDefault("DISTILL_CACHE", "");
    String base = environment.getOrDefault("XDG_CACHE_HOME", "");
    return !own.isBlank()
        ? Path.of(own)
        : (base.isBlank() ? Path.of(property("user.home"), ".cache") : Path.of(base))
            .resolve(Path.of("distill", "teachers"));
  }

  private void folder(String check, Path folder, long least, String other) {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".distill", ".tmp"));
      long free = Files.getFileStore(folder).getUsableSpace();
      String found = String.format(Locale.ROOT, "%s, %,d MB free", folder, free / MB);
      if (free < least) {
        add(
            Level.WARN,
            check,
            found,
            "make room: native libraries take up to %,d MB; or %s".formatted(least / MB, other));
      } else {
        ok(check, found);
      }
    } catch (IOException e) {
      add(
          Level.FAIL,
          check,
          "%s can't be written to: %s".formatted(folder, e),
          "make it writable, or name another one: " + other);
    }
  }

  private void encoding() {
    String names = property("sun.jnu.encoding");
    String terminal = properties.getProperty("native.encoding", names);
    String found = "file names %s, terminal %s".formatted(names, terminal);
    if (names.equalsIgnoreCase("UTF-8") && terminal.equalsIgnoreCase("UTF-8")) {
      ok("encoding", found + "; files are read and written as UTF-8");
    } else {
      add(
          Level.WARN,
          "encoding",
          found,
          "set LC_ALL=C.UTF-8: names of files that are not ASCII can't be opened otherwise");
    }
  }

  /** Two versions of a library on the class path: which one is loaded is chance. */
  private void classPath() {
    Map<String, Set<String>> versions = new TreeMap<>();
    int entries = 0;
    for (String entry : property("java.class.path").split(File.pathSeparator)) {
      entries++;
      Path file = Path.of(entry).getFileName();
      Matcher jar = JAR.matcher(file == null ? "" : file.toString());
      if (jar.matches()) {
        versions.computeIfAbsent(jar.group(1), name -> new TreeSet<>()).add(jar.group(2));
      }
    }
    String twice =
        versions.entrySet().stream()
            .filter(e -> e.getValue().size() > 1)
            .filter(e -> e.getValue().stream().allMatch(v -> v.matches("[\\d.]+.*")))
            .map(e -> e.getKey() + " " + String.join(" and ", e.getValue()))
            .collect(Collectors.joining(", "));
    String found = entries + " entries";
    if (twice.isEmpty()) {
      ok("class path", found);
    } else {
      add(
          Level.WARN,
          "class path",
          "%s, with two versions of %s".formatted(found, twice),
          "take the older ones away; the launcher's are in distill-cli/target/app, which it builds"
              + " again if it is gone");
    }
  }

  private @Nullable StudentCatalog catalog() {
    try {
      StudentCatalog catalog = families.catalog();
      catalog
          .problems()
          .forEach(
              problem ->
                  add(
                      Level.WARN,
                      "plugin " + problem.name(),
                      problem.message(),
                      "build it for Distill %s, or take it away".formatted(Version.current())));
      if (catalog.students().isEmpty()) {
        add(Level.FAIL, "families", "none", StudentCatalog.whatToAdd());
        return null;
      }
      ok(
          "families",
          catalog.students().stream().map(StudentModel::id).collect(Collectors.joining(", ")));
      return catalog;
    } catch (IOException | RuntimeException e) {
      add(Level.FAIL, "families", reason(e), "take away or mend the plugin that is named");
      return null;
    }
  }

  private void teachers() {
    try {
      TeacherCatalog catalog = families.teachers();
      catalog.problems().forEach(p -> add(Level.WARN, "teachers", p, "mend it or take it away"));
      ok("teachers", "files of probabilities; " + String.join("; ", catalog.opens()));
    } catch (IOException | RuntimeException e) {
      add(Level.FAIL, "teachers", reason(e), "take away or mend the plugin that is named");
    }
  }

  /** Work whose success is the finding. */
  private interface Work {
    String done(Path folder) throws IOException;
  }

  private void check(String check, String without, Work work) {
    long start = System.nanoTime();
    Path folder = null;
    try {
      folder = Files.createTempDirectory("distill-doctor");
      String found = work.done(folder);
      ok(check, found + time(start));
    } catch (IOException | RuntimeException | LinkageError e) {
      add(Level.FAIL, check, reason(e), hint(e, without));
    } finally {
      delete(folder);
    }
  }

  private static String time(long start) {
    return String.format(Locale.ROOT, " (%.1f s)", (System.nanoTime() - start) / 1e9);
  }

  private String hint(Throwable e, String otherwise) {
    return isNative(e)
        ? "its native library was not loaded: is %s mounted noexec (then DISTILL_JAVA_OPTS=-D%s=DIR),"
                .formatted(property(TEMP), TEMP)
            + " and is %s %s with this C library among its platforms?"
                .formatted(property("os.name"), property("os.arch"))
        : otherwise;
  }

  private static boolean isNative(@Nullable Throwable e) {
    return e != null && (e instanceof LinkageError || isNative(e.getCause()));
  }

  private static String reason(Throwable e) {
    String text =
        e.getMessage() == null || e instanceof LinkageError ? e.toString() : e.getMessage();
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static void delete(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      // A temporary folder that the system clears.
      folder.toFile().deleteOnExit();
    }
  }

  private String duckDb(Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("rows.csv"), "a,b\n1,x\n2,y\n");
    try (TableReader reader = new TableReader()) {
      return "reads files, %d rows".formatted(reader.read(file, Set.of()).rows());
    }
  }

  private String sqlite(Path folder) {
    try (JdbcStore store = JdbcStore.open(folder.resolve("study.db"))) {
      return store.studies().isEmpty() ? "keeps studies" : "keeps other studies than it was given";
    }
  }

  /** Fits every family on a few rows; gives a student, if there is one. */
  private @Nullable StudentFile fits(StudentCatalog catalog) {
    long start = System.nanoTime();
    SplittableRandom random = new SplittableRandom(1);
    float[][] rows = new float[ROWS][2];
    List<String> labels = new ArrayList<>();
    for (float[] row : rows) {
      row[0] = (float) random.nextDouble(10);
      row[1] = (float) random.nextDouble(10);
      labels.add(random.nextDouble() < share(row[0]) ? "yes" : "no");
    }
    try {
      DistillationResult result =
          Distiller.builder()
              .families(catalog)
              .train(Dataset.of(List.of("a", "b"), rows, labels))
              .teacher(
                  batch -> {
                    double[] p = new double[2 * batch.rows()];
                    for (int i = 0; i < batch.rows(); i++) {
                      p[2 * i + 1] = share(batch.get(i, 0));
                      p[2 * i] = 1 - p[2 * i + 1];
                    }
                    return p;
                  })
              .configure(
                  config ->
                      config
                          .trials(catalog.students().size())
                          .folds(2)
                          .trialTimeout(PATIENCE)
                          .augment(0))
              .run();
      List<String> failed = failed(result);
      String found = catalog.students().size() - failed.size() + " families fit";
      if (failed.isEmpty()) {
        ok("students", found + time(start));
      }
      return result.student().file();
    } catch (RuntimeException | LinkageError e) {
      add(Level.FAIL, "students", reason(e), hint(e, "see the causes"));
      return null;
    }
  }

  private static double share(float value) {
    return 1 / (1 + Math.exp(5 - value));
  }

  private List<String> failed(DistillationResult result) {
    Map<String, Throwable> causes = new TreeMap<>();
    for (TrialOutcome trial : result.trials()) {
      trial.failure().ifPresent(cause -> causes.putIfAbsent(trial.spec().family(), cause));
    }
    causes.forEach(
        (family, cause) ->
            add(
                Level.FAIL,
                family,
                reason(cause),
                hint(cause, "leave it out with --families, or mend what the cause says")));
    return List.copyOf(causes.keySet());
  }

  private void exports(@Nullable StudentFile student) {
    ExporterCatalog catalog;
    try {
      catalog = families.exporters();
    } catch (IOException | RuntimeException e) {
      add(Level.FAIL, "exports", reason(e), "take away or mend the plugin that is named");
      return;
    }
    catalog.problems().forEach(p -> add(Level.WARN, "exports", p, "mend it or take it away"));
    ok(
        "exports",
        catalog.exporters().stream().map(StudentExporter::name).collect(Collectors.joining(", ")));
    StudentExporter onnx =
        catalog.exporters().stream()
            .filter(exporter -> exporter.name().equals("onnx"))
            .findFirst()
            .orElse(null);
    if (onnx == null) {
      add(
          Level.WARN,
          "ONNX Runtime",
          "is not on the class path",
          "for .onnx teachers and exports add dev.distill:distill-onnx:" + Version.current());
    } else if (student != null) {
      check(
          "ONNX Runtime",
          "leave .onnx models alone",
          folder -> onnx(onnx, student, folder.resolve("student.onnx")));
    }
  }

  private static String onnx(StudentExporter onnx, StudentFile student, Path file)
      throws IOException {
    ExporterCatalog.export(student, onnx, file, Map.of());
    try (ExportedStudent opened = onnx.open(file, student)) {
      Parity parity = Parity.of(student, opened, onnx.bound(), COMPARED, 1);
      if (!parity.holds()) {
        throw new IllegalStateException("a model answers otherwise than its student");
      }
      return "answers %s rows as the student does".formatted(parity.rows());
    }
  }

  /** The findings in lines; a fix stands under what it mends. */
  static String text(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(
          "%-5s %-14s %s%n"
              .formatted(
                  finding.level().name().toLowerCase(Locale.ROOT),
                  finding.check(),
                  finding.found()));
      if (!finding.fix().isEmpty()) {
        text.append("%-5s %-14s → %s%n".formatted("", "", finding.fix()));
      }
    }
    return text.toString();
  }
}
