package dev.distill.models.tribuo;

import dev.distill.spi.StudentModel;
import dev.distill.testkit.StudentModelContract;

final class TribuoFmContractTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new TribuoFm();
  }
}
