package dev.distill.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How long the first student file of a process takes to load, each time in a process of its own,
 * and how long one takes once the code is warm. Processes hold the runtime alone; half of them
 * start from an archive of classes (CDS), which any JDK makes with {@code
 * -XX:ArchiveClassesAtExit}.
 */
final class LoadBench {
  static final String USAGE = "load [--runs N] [FILE]";

  private LoadBench() {}

  static void run(List<String> words, PrintStream out) throws IOException {
    List<String> left = new ArrayList<>(words);
    int runs = 15;
    int at = left.indexOf("--runs");
    if (at >= 0 && at + 1 < left.size()) {
      runs = Integer.parseInt(left.remove(at + 1));
      left.remove(at);
    }
    if (left.size() > 1 || runs < 1) {
      throw new IllegalArgumentException("expected one file and runs > 0, got " + words);
    }
    Path folder = Files.createTempDirectory("load");
    Path archive = folder.resolve("classes.jsa");
    Path made = folder.resolve("100x5.distill");
    try {
      Path file = left.isEmpty() ? made : Path.of(left.get(0));
      if (left.isEmpty()) {
        hundredTrees().write(made);
      }
      // The JDK archives classes of jars, not of folders.
      boolean archived =
          Files.isRegularFile(place(StudentFile.class))
              && Files.isRegularFile(place(LoadOnce.class));
      if (archived) {
        child(List.of("-XX:ArchiveClassesAtExit=" + archive), file, "wall");
      }
      out.printf(
          "JDK %d, %s, %,d bytes; %d processes a row, milliseconds of the first load%n",
          Runtime.version().feature(), file.getFileName(), Files.size(file), runs);
      for (String clock : List.of("wall", "cpu")) {
        row(clock, List.of(), file, runs, clock, out);
        if (archived) {
          List<String> shared = List.of("-XX:SharedArchiveFile=" + archive);
          row(clock + ", archive of classes", shared, file, runs, clock, out);
        }
      }
    } finally {
      Files.deleteIfExists(archive);
      Files.deleteIfExists(made);
      Files.deleteIfExists(folder);
    }
  }

  private static void row(
      String name, List<String> options, Path file, int runs, String clock, PrintStream out)
      throws IOException {
    double[] first = new double[runs];
    double[] warm = new double[runs];
    for (int i = 0; i < runs; i++) {
      String[] words = child(options, file, clock).split(" ");
      first[i] = Double.parseDouble(words[0]) / 1e6;
      warm[i] = Double.parseDouble(words[1]) / 1e6;
    }
    Arrays.sort(first);
    Arrays.sort(warm);
    out.printf(
        "%-26s median %6.2f, least %6.2f; warm %.3f%n", name, first[runs / 2], first[0], warm[0]);
  }

  /** Runs {@link LoadOnce}; gives what it prints. */
  private static String child(List<String> options, Path file, String clock) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    String jars = place(StudentFile.class) + System.getProperty("path.separator");
    command.addAll(List.of("-Xshare:auto", "-cp", jars + place(LoadOnce.class)));
    command.addAll(List.of(LoadOnce.class.getName(), file.toString(), clock));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed");
      }
      return printed.lines().reduce((before, last) -> last).orElseThrow();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A student of 100 trees of depth 5, 20 features and 32 verification rows. */
  static StudentFile hundredTrees() {
    Random random = new Random(1);
    TreeEnsemble.Builder builder = TreeEnsemble.builder(20, new float[2]);
    for (int t = 0; t < 100; t++) {
      builder.tree(63, 1);
      for (int node = 0; node < 63; node++) {
        if (node < 31) {
          float threshold = (float) random.nextGaussian();
          builder.split(node, random.nextInt(20), threshold, 2 * node + 1, 2 * node + 2, true);
        } else {
          builder.leaf(node, (float) random.nextGaussian() / 10);
        }
      }
    }
    float[] rows = new float[32 * 20];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextGaussian();
    }
    List<String> names = IntStream.range(0, 20).mapToObj(j -> "x" + j).toList();
    return new StudentFile(
        Schema.numbers(names), builder.build(), List.of("no", "yes"), "y", 1, rows, Map.of());
  }
}
