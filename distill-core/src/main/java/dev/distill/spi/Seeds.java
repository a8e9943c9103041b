package dev.distill.spi;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Derives seeds and generators by name, so that no purpose shares a stream with another. */
public final class Seeds {
  private Seeds() {}

  /** A seed for a purpose: FNV-1a of the name, mixed with the seed (Steele et al., 2014). */
  public static long derive(long seed, String purpose) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : purpose.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ b) * 0x100000001b3L;
    }
    return new SplittableRandom(seed ^ hash).nextLong();
  }

  /** A generator for a purpose. */
  public static RandomGenerator random(long seed, String purpose) {
    return new SplittableRandom(derive(seed, purpose));
  }
}
