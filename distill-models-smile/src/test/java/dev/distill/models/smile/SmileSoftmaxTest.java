package dev.distill.models.smile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.loss.DistillationLoss;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.StandardizedModel;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the contract kit does not know of softmax regression. */
class SmileSoftmaxTest {

  @ParameterizedTest
  @CsvSource({"2, 1, 1", "2, 3, .5", "3, 1, 0", "5, 3, .5"})
  void the_gradient_by_the_weights_vanishes(int classes, double temperature, double alpha) {
    Matrix rows = Fits.rows(200, 3, 1);
    DistillationLoss loss = Fits.loss(rows, classes, temperature, alpha);
    double l2 = 2;
    FittedStudent student =
        new Fits().fit(new SmileSoftmax(), rows, classes, temperature, alpha, Map.of("l2", l2));
    StandardizedModel portable = (StandardizedModel) student.portable().orElseThrow();
    HingedModel hinged = (HingedModel) portable.model();
    DenseNetwork.Layer layer = ((DenseNetwork) hinged.model()).layers().get(0);
    int inputs = layer.inputs();
    float[] gradient = new float[200 * classes];
    loss.gradient(Fits.logits(student, rows, classes), gradient, new float[200 * classes]);
    float[] standardized = new float[3];
    float[] row = new float[inputs];
    double[][] byWeight = new double[inputs + 1][classes];
    for (int i = 0; i < 200; i++) {
      portable.standardizer().apply(rows.values(), i * 3, standardized, 0);
      HingedModel.apply(standardized, 0, 3, hinged.hinges(), hinged.knots(), row, 0);
      for (int k = 0; k < classes; k++) {
        for (int j = 0; j < inputs; j++) {
          byWeight[j][k] += (double) row[j] * gradient[i * classes + k] / 200;
        }
        byWeight[inputs][k] += gradient[i * classes + k] / 200;
      }
    }
    for (int k = 0; k < classes; k++) {
      for (int j = 0; j < inputs; j++) {
        byWeight[j][k] += l2 / 200 * layer.weights()[j * classes + k];
        assertThat(byWeight[j][k]).isCloseTo(0, within(1e-4));
      }
      assertThat(byWeight[inputs][k]).isCloseTo(0, within(1e-4));
    }
  }
}
