package dev.distill.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitException;
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
  /** How many fits are measured at most, of which two in three are cancelled, and for how long. */
  private static final int FITS = 120;

  private static final double FITS_SECONDS = 6;
  private static final int WARM = 30;
  private static final double WARM_SECONDS = 3;
  private static final String RESULT = "distill-contract: ";
  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * What came of it.
   *
   * @param printed what anything but the kit and the JVM printed
   * @param fits how many were measured
   * @param grownMb by how many MB they made the process larger; -1 if unknown
   */
  record Result(String printed, int fits, long grownMb) {}

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
    String[] result = {};
    for (String line : output.lines().toList()) {
      if (line.startsWith(RESULT)) {
        result = line.substring(RESULT.length()).split(" ");
      } else if (!ofTheJvm(line)) {
        printed.append(line).append('\n');
      }
    }
    if (code != 0 || result.length != 2) {
      throw new AssertionError(
          "expected fits in a Java of their own, got exit code %d and %s".formatted(code, output));
    }
    return new Result(
        printed.toString().strip(), Integer.parseInt(result[0]), Long.parseLong(result[1]));
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
      Runnable fits =
          () -> {
            for (int cancelAt : new int[] {0, 1, middle}) {
              sweep.cancelAt(cancelAt);
              try (FittedStudent fitted = sweep.fit(student, task, alpha, brief)) {
                fitted.logits(task.features(), logits);
              } catch (FitCancelledException cancelled) {
                // Nobody closes a student that never was.
              } catch (FitException wrapped) {
                // Another rule asks for the exception itself.
              }
            }
          };
      repeat(fits, WARM / 3, WARM_SECONDS);
      long before = residentMb();
      int measured = 3 * repeat(fits, FITS / 3, FITS_SECONDS);
      long grown = before < 0 ? -1 : Math.max(0, residentMb() - before);
      System.out.println(RESULT + measured + " " + grown);
    }
    // A thread that was left behind must not keep this process alive; another rule finds it.
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** As often as told, or until the time is up; gives how often. */
  private static int repeat(Runnable what, int times, double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    int done = 0;
    while (done < times && (done == 0 || System.nanoTime() < end)) {
      what.run();
      done++;
    }
    return done;
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
