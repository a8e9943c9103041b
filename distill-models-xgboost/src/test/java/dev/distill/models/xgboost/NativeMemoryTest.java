package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** Without dispose() the same cycles grow by ten times as much and more. */
  private static final long BOUND_MB = 60;

  @Test
  void two_hundred_fits_leave_no_native_memory_behind() throws IOException {
    Assumptions.assumeTrue(Files.isReadable(STATUS), "needs /proc");
    Task task = Task.random(4000, 10, 5, false, 1);
    try (TestContext context = new TestContext()) {
      cycles(task, context, 60);
      long before = residentMb();
      cycles(task, context, 200);
      assertThat(residentMb() - before).as("MB more after 200 fits").isLessThan(BOUND_MB);
      assertThat(context.pool(task.features()).made()).isEqualTo(1);
    }
  }

  /** Fits, of which every other one fails in its third round. */
  private static void cycles(Task task, TestContext context, int count) {
    Map<String, Object> values = Map.of("rounds", 10);
    for (int i = 0; i < count; i++) {
      context.steps.clear();
      context.losses.clear();
      if (i % 2 == 0) {
        context.onReport(() -> {});
        task.fit(new XgboostTrees(), 2, .5, values, context).close();
      } else {
        context.onReport(
            () -> {
              if (context.steps.size() == 3) {
                throw new FitCancelledException("enough");
              }
            });
        assertThatThrownBy(() -> task.fit(new XgboostTrees(), 2, .5, values, context))
            .isInstanceOf(FitCancelledException.class);
      }
    }
  }

  private static long residentMb() throws IOException {
    System.gc();
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
