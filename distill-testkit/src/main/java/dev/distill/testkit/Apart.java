package dev.distill.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.distill.spi.FittedStudent;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Fits in a Java of its own, whose output is all that a family and its native code print, and whose
 * heap is resident from the start, so that what it grows by is native memory.
 */
final class Apart {
  /** How many fits are measured, of which two in three are cancelled. */
  static final int FITS = 120;

  private static final int WARM = 30;
  private static final String RESULT = "distill-contract-grown-mb: ";
  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * What came of it.
   *
   * @param printed what anything but the kit and the JVM printed
   * @param grownMb by how many MB the fits made the process larger; -1 if unknown
   */
  record Result(String printed, long grownMb) {}

  private Apart() {}

  /** Runs the fits of a contract's family. */
  static Result run(Class<? extends StudentModelContract> contract)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xms256m",
            "-Xmx256m",
            "-Xmn200m",
            "-XX:+UseSerialGC",
            "-XX:+AlwaysPreTouch",
            "-XX:TieredStopAtLevel=1"));
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(
        List.of(
            "-Ddistill.seed=" + Task.SEED,
            "-cp",
            System.getProperty("java.class.path"),
            Apart.class.getName(),
            contract.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    int code = process.waitFor();
    StringBuilder printed = new StringBuilder();
    long grown = Long.MIN_VALUE;
    for (String line : output.lines().toList()) {
      if (line.startsWith(RESULT)) {
        grown = Long.parseLong(line.substring(RESULT.length()));
      } else if (!ofTheJvm(line)) {
        printed.append(line).append('\n');
      }
    }
    if (code != 0 || grown == Long.MIN_VALUE) {
      throw new AssertionError(
          "expected %d fits in a Java of their own, got exit code %d and %s"
              .formatted(FITS, code, output));
    }
    return new Result(printed.toString().strip(), grown);
  }

  private static boolean ofTheJvm(String line) {
    return line.startsWith("Picked up ")
        || line.startsWith("OpenJDK ")
        || line.startsWith("WARNING: ");
  }

  /** Fits, scores and cancels, again and again; the argument is the contract's class. */
  public static void main(String[] arguments) throws Exception {
    Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    StudentModel student = ((StudentModelContract) constructor.newInstance()).student();
    Task task = Task.random(300, 30, Math.min(5, student.capabilities().maxClasses()), "apart");
    double alpha = student.capabilities().level() == TargetLevel.HARD_LABELS ? 0 : .5;
    Map<String, Object> brief = StudentModelContract.brief(student, task);
    float[] logits = new float[task.rows() * task.classes()];
    try (Sweep sweep = new Sweep()) {
      int middle;
      try (FittedStudent fitted = sweep.fit(student, task, alpha, brief)) {
        middle = (sweep.steps().size() + 1) / 2;
        fitted.logits(task.features(), logits);
        fitted.portable();
      }
      long before = -1;
      for (int fit = 0; fit < WARM + FITS; fit++) {
        if (fit == WARM) {
          before = residentMb();
        }
        sweep.cancelAt(fit % 3 == 0 ? 0 : fit % 3 == 1 ? 1 : middle);
        try (FittedStudent fitted = sweep.fit(student, task, alpha, brief)) {
          fitted.logits(task.features(), logits);
        } catch (RuntimeException cancelled) {
          // Another rule asks which one. Nobody closes a student that never was.
        }
      }
      System.out.println(RESULT + (before < 0 ? -1 : Math.max(0, residentMb() - before)));
    }
    // A thread that was left behind must not keep this process alive; another rule finds it.
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static long residentMb() throws IOException {
    if (!Files.isReadable(STATUS)) {
      return -1;
    }
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return -1;
  }
}
