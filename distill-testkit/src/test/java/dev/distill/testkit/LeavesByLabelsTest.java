package dev.distill.testkit;

import dev.distill.spi.StudentModel;

final class LeavesByLabelsTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new Leaves.ByLabels();
  }
}
