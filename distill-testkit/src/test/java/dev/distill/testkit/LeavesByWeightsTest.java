package dev.distill.testkit;

import dev.distill.spi.StudentModel;

final class LeavesByWeightsTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new Leaves.ByWeights();
  }
}
