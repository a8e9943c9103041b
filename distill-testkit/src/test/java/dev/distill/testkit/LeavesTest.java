package dev.distill.testkit;

import dev.distill.spi.StudentModel;

final class LeavesTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new Leaves();
  }
}
