package dev.distill.models.xgboost;

import dev.distill.spi.StudentModel;
import dev.distill.testkit.StudentModelContract;

final class XgboostDeepContractTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new XgboostDeep();
  }
}
