package dev.distill.models.smile;

import dev.distill.spi.StudentModel;
import dev.distill.testkit.StudentModelContract;

final class SmileMlpContractTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new SmileMlp();
  }
}
