package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A short campaign; {@link FuzzStudentFiles} runs long ones. */
class FuzzTest {
  @Test
  void damaged_files_are_refused_or_work() {
    FuzzStudentFiles.Outcome outcome =
        new FuzzStudentFiles().run(20_000, Instant.now().plusSeconds(20), 1);
    // Damage that no check can find, as in a leaf, must not hide that most of it is found.
    assertThat(outcome.refused()).isGreaterThan(outcome.files() / 2);
    assertThat(outcome.loaded()).isPositive();
  }
}
