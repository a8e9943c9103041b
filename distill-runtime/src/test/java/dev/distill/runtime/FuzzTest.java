package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A short campaign; {@code scripts/fuzz.sh} runs long ones. */
class FuzzTest {
  @Test
  void damaged_files_are_refused_or_work() {
    Integer seconds = Integer.getInteger("distill.fuzz.seconds");
    FuzzStudentFiles.Outcome outcome =
        new FuzzStudentFiles()
            .run(
                seconds == null ? 20_000 : Long.MAX_VALUE,
                Instant.now().plusSeconds(seconds == null ? 20 : seconds),
                Long.getLong("distill.seed", 1));
    System.out.println("fuzz student files: " + outcome);
    // Damage that no check can find, as in a leaf, must not hide that most of it is found.
    assertThat(outcome.refused()).isGreaterThan(outcome.files() / 2);
    assertThat(outcome.loaded()).isPositive();
  }
}
