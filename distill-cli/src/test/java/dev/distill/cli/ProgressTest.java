package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {

  @Test
  void says_what_is_left_or_comes_next() {
    Progress.Standing standing = new Progress.Standing("student and twin");
    assertThat(standing.line(2, 5)).matches("trial 2 of 5 \\(student and twin\\), \\d+ s left");
    assertThat(standing.line(5, 5))
        .isEqualTo("trial 5 of 5 (student and twin), then fits on all rows");
  }
}
