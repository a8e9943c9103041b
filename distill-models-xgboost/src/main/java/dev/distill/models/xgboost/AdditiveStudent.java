package dev.distill.models.xgboost;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Optional;

/**
 * A booster whose trees ask one feature each.
 *
 * @param training the rows over which each curve of the portable form has the mean 0
 */
record AdditiveStudent(BoosterStudent trees, Matrix training) implements FittedStudent {
  @Override
  public void logits(Matrix rows, float[] logits) {
    trees.logits(rows, logits);
  }

  @Override
  public Optional<PortableModel> portable() {
    return trees.portable().map(model -> Curves.of((TreeEnsemble) model, training));
  }

  @Override
  public int steps() {
    return trees.steps();
  }

  @Override
  public void close() {
    trees.close();
  }
}
