package dev.distill.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MalformedTest extends ServerCase {
  private static final int REQUESTS = 4_000;
  private static final String ROWS =
      "{\"rows\":[{\"age\":41,\"city\":\"東京\",\"smoker\":true,\"height in cm\":1e3},{\"age\":null}]}";

  /** Half a pair in UTF-8 and as an escape, NUL, depths, numbers beyond any type. */
  private static final List<byte[]> HOSTILE =
      List.of(
          new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          "\\ud800".getBytes(StandardCharsets.UTF_8),
          new byte[1],
          "[".repeat(100_000).getBytes(StandardCharsets.UTF_8),
          "{\"a\":".repeat(20_000).getBytes(StandardCharsets.UTF_8),
          "1e400".getBytes(StandardCharsets.UTF_8),
          "9".repeat(5_000).getBytes(StandardCharsets.UTF_8),
          "-9223372036854775809".getBytes(StandardCharsets.UTF_8),
          "\u0663".getBytes(StandardCharsets.UTF_8),
          "x".repeat(200_000).getBytes(StandardCharsets.UTF_8));

  /** Repeat with -Ddistill.seed=N; {@code scripts/fuzz.sh} sends for longer. */
  @Test
  void whatever_is_sent_never_breaks_the_server() throws Exception {
    long seed = Long.getLong("distill.seed", System.nanoTime());
    System.out.println("MalformedTest: -Ddistill.seed=" + seed);
    Random random = new Random(seed);
    Models.student(1).write(folder.resolve("m.distill"));
    start(config().accessLog(folder.resolve("log"), 0.5));
    int well = 0;
    Integer seconds = Integer.getInteger("distill.fuzz.seconds");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds == null ? 0 : seconds);
    int i = 0;
    for (; seconds == null ? i < REQUESTS : System.nanoTime() < end; i++) {
      boolean rows = random.nextBoolean();
      byte[] body = mangled((rows ? ROWS : ONE).getBytes(StandardCharsets.UTF_8), random);
      Reply reply =
          send(
              request("/v2/models/m/" + (rows ? "rows" : "infer"))
                  .POST(BodyPublishers.ofByteArray(body))
                  .build());
      assertThat(reply.status())
          .as("seed %d request %d: %s", seed, i, new String(body, StandardCharsets.UTF_8))
          .isIn(200, 400, 413);
      well += reply.status() == 200 ? 1 : 0;
    }
    System.out.printf("fuzz requests: %d, %d of them answered%n", i, well);
    if (i >= REQUESTS) {
      assertThat(well).isBetween(1, i - 1);
    }
    assertThat(notices).noneMatch(line -> line.contains("failed"));
  }

  private static byte[] mangled(byte[] body, Random random) {
    byte[] bytes = body;
    for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      int to = Math.min(bytes.length, at + 1 + random.nextInt(12));
      switch (random.nextInt(6)) {
        case 0 -> {
          bytes = bytes.clone();
          bytes[at] = (byte) random.nextInt(256);
        }
        case 1 -> bytes = joined(Arrays.copyOf(bytes, at), tail(bytes, to));
        case 2 ->
            bytes =
                joined(
                    Arrays.copyOf(bytes, to),
                    joined(Arrays.copyOfRange(bytes, at, to), tail(bytes, to)));
        case 3 -> bytes = Arrays.copyOf(bytes, at + 1);
        case 4 -> {
          byte[] token = HOSTILE.get(random.nextInt(HOSTILE.size()));
          bytes = joined(joined(Arrays.copyOf(bytes, at), token), tail(bytes, to));
        }
        default -> {
          byte[] token = "[]{},:\"0-9eNaNnulltrue\\u".getBytes(StandardCharsets.UTF_8);
          bytes = bytes.clone();
          bytes[at] = token[random.nextInt(token.length)];
        }
      }
    }
    return bytes;
  }

  private static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }
}
