package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Matrix;
import org.junit.jupiter.api.Test;

class MatrixPoolTest {

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

  @Test
  void histograms_that_are_kept_take_256_megabytes_at_most_where_two_fit() {
    assertThat(MatrixPool.cachedNodes(54, 7)).isEqualTo(64);
    for (int columns : new int[] {1, 100, 1_000, 10_000}) {
      for (int classes : new int[] {3, 26}) {
        long bytes = 16L * MatrixPool.bins(columns) * columns * classes;
        assertThat(MatrixPool.cachedNodes(columns, classes) * bytes).isLessThanOrEqualTo(1L << 28);
      }
    }
    assertThat(MatrixPool.cachedNodes(1_000, 1_000)).isEqualTo(2);
  }
}
