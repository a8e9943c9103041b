package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class QuietTest {

  @Test
  void a_level_that_the_user_gave_stays() {
    Logger tribuo = Logger.getLogger("org.tribuo");
    Logger trainer = Logger.getLogger("org.tribuo.common.sgd.AbstractSGDTrainer");
    Level before = trainer.getLevel();
    try {
      trainer.setLevel(null);
      tribuo.setLevel(Level.FINE);
      Quiet.please();
      assertThat(trainer.getLevel()).isNull();
      tribuo.setLevel(null);
      Quiet.please();
      assertThat(trainer.getLevel()).isEqualTo(Level.WARNING);
      assertThat(tribuo.getLevel()).isNull();
    } finally {
      tribuo.setLevel(null);
      trainer.setLevel(before);
    }
  }
}
