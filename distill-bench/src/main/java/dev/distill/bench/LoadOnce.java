package dev.distill.bench;

import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Loads a student file as the first of this process, then many times more: {@code FILE wall|cpu}.
 * Prints the nanoseconds of the first load and the least of the later ones. The wall clock is read
 * where nothing but the JVM was loaded before; to ask for the CPU time of the thread loads classes
 * of the JDK.
 */
final class LoadOnce {
  private static final int MORE = 1000;

  private LoadOnce() {}

  /** Takes a file and the clock. */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    ThreadMXBean cpu = arguments[1].equals("cpu") ? ManagementFactory.getThreadMXBean() : null;
    now(cpu);
    long start = now(cpu);
    StudentFile.load(file);
    long first = now(cpu) - start;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < MORE; i++) {
      start = now(cpu);
      StudentFile.load(file);
      least = Math.min(least, now(cpu) - start);
    }
    System.out.println(first + " " + least);
  }

  private static long now(@Nullable ThreadMXBean cpu) {
    return cpu == null ? System.nanoTime() : cpu.getCurrentThreadCpuTime();
  }
}
