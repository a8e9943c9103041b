package dev.distill.models.xgboost;

import dev.distill.spi.StudentModel;
import dev.distill.testkit.StudentModelContract;

final class XgboostAdditiveContractTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new XgboostAdditive();
  }
}
