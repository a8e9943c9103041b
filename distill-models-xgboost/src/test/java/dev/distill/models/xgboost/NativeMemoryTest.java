package dev.distill.models.xgboost;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** 8 to 19 MB were measured, and 160 to 1050 without dispose() at one of its places. */
  private static final long BOUND_MB = 60;

  /**
   * Runs in a Java of its own whose heap is all resident from the start and too large to be
   * collected, so that growth is native memory alone and no finalizer frees what was forgotten.
   */
  @Test
  void two_hundred_fits_leave_no_native_memory_behind() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(STATUS), "needs /proc");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms512m",
                "-Xmx512m",
                "-Xmn450m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                NativeMemoryTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(Long.parseLong(output.strip())).as("MB more after 200 fits").isLessThan(BOUND_MB);
  }

  /** Prints by how many MB 200 fits made this process larger. */
  public static void main(String[] arguments) throws IOException {
    Task task = Task.random(300, 30, 5, false, 1);
    try (TestContext context = new TestContext()) {
      cycles(task, context, 40);
      long before = residentMb();
      cycles(task, context, 200);
      long after = residentMb();
      if (context.pool(task.features()).made() != 1) {
        throw new IllegalStateException("the matrix was made more than once");
      }
      for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
        if (collector.getCollectionCount() > 0) {
          throw new IllegalStateException("the heap was collected, finalizers may have run");
        }
      }
      System.out.println(after - before);
    }
  }

  /** Fits of both families, of which every other one fails. */
  private static void cycles(Task task, TestContext context, int count) {
    for (int i = 0; i < count; i++) {
      context.steps.clear();
      context.losses.clear();
      boolean trees = i % 4 < 2;
      StudentModel family = trees ? new XgboostTrees() : new XgboostTree();
      Map<String, Object> values = trees ? Map.of("rounds", 10) : Map.of();
      if (i % 2 == 0) {
        context.onReport(() -> {});
        task.fit(family, 2, .5, values, context).close();
      } else {
        context.onReport(
            () -> {
              if (context.steps.size() == (trees ? 3 : 1)) {
                throw new FitCancelledException("enough");
              }
            });
        try {
          task.fit(family, 2, .5, values, context).close();
          throw new IllegalStateException("the fit was not cancelled");
        } catch (FitCancelledException expected) {
          // Nobody closes a student that never was.
        }
      }
    }
  }

  private static long residentMb() throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IOException("no VmRSS in " + STATUS);
  }

  @Test
  void a_pool_makes_as_many_matrices_as_borrow_at_once() throws Exception {
    try (MatrixPool pool = new MatrixPool(new Matrix(new float[6], 3, 2))) {
      for (int i = 0; i < 5; i++) {
        pool.borrow().close();
      }
      assertThat(pool.made()).isEqualTo(1);
      try (MatrixPool.Loan first = pool.borrow();
          MatrixPool.Loan second = pool.borrow()) {
        assertThat(first.dmatrix()).isNotSameAs(second.dmatrix());
      }
      try (MatrixPool.Loan again = pool.borrow()) {
        assertThat(again.dmatrix().rowNum()).isEqualTo(3);
      }
      assertThat(pool.made()).isEqualTo(2);
    }
  }

  @Test
  void a_closed_pool_says_so() {
    MatrixPool pool = new MatrixPool(new Matrix(new float[6], 3, 2));
    pool.close();
    pool.close();
    assertThatThrownBy(pool::borrow)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("3 × 2");
  }
}
