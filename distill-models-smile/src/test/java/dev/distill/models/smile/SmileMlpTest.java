package dev.distill.models.smile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smile.base.mlp.ActivationFunction;
import smile.math.MathEx;
import smile.math.blas.Transpose;

/** What the contract kit does not know of the perceptron. */
class SmileMlpTest {
  private final RandomGenerator random = Seeds.random(5, "mlp");

  @Test
  void plain_products_are_products() {
    PlainMatrix matrix = new PlainMatrix(3, 4);
    double[] x = random.doubles(3).toArray();
    double[] y = random.doubles(4).toArray();
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 4; j++) {
        matrix.set(i, j, random.nextDouble());
      }
    }
    PlainMatrix copy = PlainMatrix.of(matrix);
    double[] mv = x.clone();
    matrix.mv(Transpose.NO_TRANSPOSE, 2, y, 3, mv);
    double[] tv = {Double.NaN, 1, 2, 3};
    matrix.tv(x, tv);
    matrix.add(2, x, y);
    for (int i = 0; i < 3; i++) {
      double sum = 3 * x[i];
      for (int j = 0; j < 4; j++) {
        sum += 2 * copy.get(i, j) * y[j];
        assertThat(matrix.get(i, j)).isCloseTo(copy.get(i, j) + 2 * x[i] * y[j], within(1e-14));
      }
      assertThat(mv[i]).isCloseTo(sum, within(1e-14));
    }
    for (int j = 0; j < 4; j++) {
      double sum = 0;
      for (int i = 0; i < 3; i++) {
        sum += copy.get(i, j) * x[i];
      }
      assertThat(tv[j]).isCloseTo(sum, within(1e-14));
    }
  }

  @Test
  void the_derivative_of_tanh_is_right_where_the_librarys_is_not() {
    double x = .7;
    double[] y = {x};
    ActivationFunction tanh = new Perceptron.Tanh();
    tanh.f(y);
    double slope = (Math.tanh(x + 1e-5) - Math.tanh(x - 1e-5)) / 2e-5;
    double[] own = {1};
    tanh.g(own, y);
    assertThat(own[0]).isCloseTo(slope, within(1e-9));
    double[] theirs = {1};
    ActivationFunction.tanh().g(theirs, y);
    // Once this fails, Perceptron needs no function of its own.
    assertThat(theirs[0]).isNotCloseTo(slope, within(.1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rectifier", "tanh"})
  void the_epoch_kept_is_the_student_of_as_many_epochs(String activation) {
    Matrix rows = Fits.rows(100, 3, 1);
    Map<String, Object> given = Map.of("epochs", 40, "activation", activation, "layers", 2);
    Double[] answers = new Double[11];
    for (int i = 0; i < 11; i++) {
      answers[i] = i < 10 ? 10. - i : 99.;
    }
    Fits watched = new Fits().validation(new Fits.Scripted(rows, answers));
    FittedStudent stopped = watched.fit(new SmileMlp(), rows, 3, 1, .5, given);
    assertThat(stopped.steps()).isEqualTo(10);
    assertThat(watched.context().losses()).hasSizeLessThan(40).startsWith(10., 9.);
    FittedStudent ten =
        new Fits()
            .fit(
                new SmileMlp(),
                rows,
                3,
                1,
                .5,
                Map.of("epochs", 10, "activation", activation, "layers", 2));
    assertThat(Fits.logits(stopped, rows, 3)).containsExactly(Fits.logits(ten, rows, 3));
  }

  @Test
  void fits_side_by_side_do_not_disturb_each_other() throws Exception {
    Matrix rows = Fits.rows(80, 3, 2);
    Map<String, Object> given = Map.of("epochs", 10);
    float[] alone = Fits.logits(new Fits().fit(new SmileMlp(), rows, 3, 1, 1, given), rows, 3);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<float[]>> fits = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        fits.add(
            threads.submit(
                () -> {
                  // What others left in the thread's own generator does not matter.
                  MathEx.random();
                  return Fits.logits(new Fits().fit(new SmileMlp(), rows, 3, 1, 1, given), rows, 3);
                }));
      }
      for (Future<float[]> fit : fits) {
        assertThat(fit.get()).containsExactly(alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void refuses_a_validation_loss_that_is_never_a_number() {
    Matrix rows = Fits.rows(60, 3, 7);
    Fits sweep = new Fits().validation(new Fits.Scripted(rows, Double.NaN));
    assertThatThrownBy(() -> sweep.fit(new SmileMlp(), rows, 2, 1, .5, Map.of()))
        .isInstanceOf(FitException.class)
        .hasMessageContaining("never a number");
  }
}
