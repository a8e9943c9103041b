package dev.distill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MatrixTest {
  private final Matrix matrix = Matrix.of(new float[][] {{1, 2}, {3, 4}, {5, Float.NaN}});

  @Test
  void is_row_major() {
    assertThat(matrix.values()).containsExactly(1, 2, 3, 4, 5, Float.NaN);
    assertThat(matrix.get(1, 0)).isEqualTo(3);
    assertThat(matrix.get(2, 1)).isNaN();
    assertThat(matrix).hasToString("Matrix[3 × 2]");
  }

  @Test
  void selects_rows_in_the_given_order() {
    assertThat(matrix.select(new int[] {2, 0, 0}).values())
        .containsExactly(5, Float.NaN, 1, 2, 1, 2);
    assertThat(matrix.select(new int[0]).rows()).isZero();
  }

  @Test
  void checks_its_shape() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Matrix(new float[5], 2, 3))
        .withMessage("matrix: got 5 values for 2 rows × 3 columns");
    assertThatIllegalArgumentException().isThrownBy(() -> new Matrix(new float[0], -1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Matrix(new float[0], 1, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Matrix.of(new float[][] {{1, 2}, {3}}))
        .withMessage("row 1 has 1 values, expected 2");
    assertThat(Matrix.of(new float[0][]).rows()).isZero();
  }

  @Test
  void its_messages_have_the_same_digits_in_every_locale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Matrix(new float[5], 2, 3))
          .withMessage("matrix: got 5 values for 2 rows × 3 columns");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void is_equal_to_itself_alone() {
    Map<Matrix, String> derived = Map.of(matrix, "once");
    assertThat(derived.get(matrix)).isEqualTo("once");
    assertThat(matrix).isNotEqualTo(new Matrix(matrix.values(), 3, 2));
  }
}
