package dev.distill.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SeedsTest {

  @Test
  void a_seed_is_the_same_on_every_jdk() {
    assertThat(Seeds.derive(0, "")).isEqualTo(-4359066618775142608L);
    assertThat(Seeds.derive(1, "folds")).isEqualTo(5356556934406886708L);
    assertThat(Seeds.derive(-1, "größe")).isEqualTo(-5666204612346068998L);
  }

  @Test
  void a_stream_is_the_same_on_every_jdk() {
    RandomGenerator random = Seeds.random(1, "search");
    assertThat(random.nextLong()).isEqualTo(1820271464026002279L);
    assertThat(random.nextDouble()).isEqualTo(0.6773404790441967);
    assertThat(random.nextInt(10)).isEqualTo(4);
    assertThat(random.nextInt(1 << 20)).isEqualTo(859464);
    assertThat(random.nextGaussian()).isEqualTo(-0.3160491659737124);
  }

  @Test
  void each_purpose_and_each_seed_has_a_stream_of_its_own() {
    Set<Long> seen = new HashSet<>();
    for (long seed = 0; seed < 100; seed++) {
      for (int purpose = 0; purpose < 100; purpose++) {
        seen.add(Seeds.derive(seed, "trial " + purpose));
      }
    }
    assertThat(seen).hasSize(10_000);
  }
}
