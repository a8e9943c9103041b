package dev.distill.testkit;

import dev.distill.spi.StudentModel;

final class LeavesByGradientTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new Leaves.ByGradient();
  }
}
