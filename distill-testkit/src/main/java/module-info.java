/** The contract that every family keeps. */
module dev.distill.testkit {
  requires transitive dev.distill.core;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;
  requires static org.jspecify;

  uses dev.distill.spi.StudentModel;

  exports dev.distill.testkit;
}
