package dev.distill.models.xgboost;

import dev.distill.spi.StudentModel;
import dev.distill.testkit.StudentModelContract;

final class XgboostTreesContractTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new XgboostTrees();
  }
}
