package dev.distill.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Damages honest files at random and gives them to a reader. Each must be read, or be refused by an
 * exception that the command line tells in one line and that names the file; in time, and in memory
 * that is a multiple of the file's size.
 *
 * <p>File number i of a campaign depends on the seed + i alone. What fails is left in {@code
 * target/fuzz}, and its message has the options that repeat it. {@code scripts/fuzz.sh} runs long
 * campaigns.
 */
final class Fuzz {
  /** Takes what may be broken. */
  interface Reader {
    void read(byte[] file) throws Exception;
  }

  /** What a campaign met. */
  record Outcome(long files, long refused, long read) {}

  private static final int LARGEST = 1 << 20;
  private static final long MOST_NANOS = 30_000_000_000L;
  private static final int WARM = 300;

  /** Texts that some reader may mistake for something else. */
  private static final List<byte[]> TOKENS =
      List.of(
          bytes(0),
          bytes(0xff, 0xfe),
          bytes(0xed, 0xa0, 0x80), // half a pair, in UTF-8
          bytes(0xef, 0xbb, 0xbf),
          text("\\ud800"),
          text("\\u0000"),
          text("1e400"),
          text("-1e400"),
          text("1e-400"),
          text("0"),
          text("-1"),
          text("0.5"),
          text("2147483647"),
          text("2147483648"),
          text("-2147483648"),
          text("9223372036854775808"),
          text("9".repeat(400)),
          text("NaN"),
          text("Infinity"),
          text("null"),
          text("true"),
          text("\"\""),
          text("{}"),
          text("[]"),
          text("\""),
          text("'"),
          text("`"),
          text(","),
          text(";"),
          text("\t"),
          text("\n"),
          text("\r"),
          text("\r\n\r\n"),
          text("\u2028"),
          text("\u001b[2J"),
          text("\u0663"), // three, to those who write Arabic
          text("\u0130\u0131"), // the i of Turkish
          text("\u202e"),
          text("%s%n%d"),
          text("{{x}}"),
          text("&a *a"),
          text("!!java.lang.Runtime [x]"),
          text("../../.."),
          text("=1+1"));

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final String name;
  private final List<byte[]> honest;
  private String where = "";
  private long most = 64L << 20;
  private volatile long begun;
  private volatile long number;
  private volatile byte[] current = {};

  /**
   * A campaign.
   *
   * @param name the test's method, by which it is repeated
   * @param honest files that can be read
   */
  Fuzz(String name, List<byte[]> honest) {
    this.name = name;
    this.honest = honest;
  }

  /** What each message must say: the file's name or the like. */
  Fuzz where(String text) {
    where = text;
    return this;
  }

  /** The most bytes that reading one file may allocate beside 200 for each of its own. */
  Fuzz most(long bytes) {
    most = bytes;
    return this;
  }

  /** Runs for {@code -Ddistill.fuzz.seconds}, one by default. */
  Outcome run(Reader reader) throws Exception {
    long seed = Long.getLong("distill.seed", 1);
    long nanos = TimeUnit.SECONDS.toNanos(Integer.getInteger("distill.fuzz.seconds", 1));
    FutureTask<Outcome> campaign = new FutureTask<>(() -> run(reader, seed, nanos));
    Thread thread = new Thread(campaign, "fuzz " + name);
    thread.setDaemon(true);
    begun = System.nanoTime();
    thread.start();
    while (true) {
      try {
        Outcome outcome = campaign.get(1, TimeUnit.SECONDS);
        System.out.printf("fuzz %s: %s%n", name, outcome);
        return outcome;
      } catch (TimeoutException e) {
        if (System.nanoTime() - begun > MOST_NANOS) {
          AssertionError hangs = new AssertionError(repeat() + " hangs");
          hangs.setStackTrace(thread.getStackTrace());
          throw hangs;
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw e;
      }
    }
  }

  private Outcome run(Reader reader, long seed, long nanos) throws IOException {
    long end = System.nanoTime() + nanos;
    long refused = 0;
    long i = 0;
    do {
      number = seed + i;
      byte[] file = file(seed + i);
      current = file;
      begun = System.nanoTime();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        reader.read(file);
      } catch (Exception e) {
        refused++;
        String wrong = wrong(e);
        if (wrong != null) {
          throw new AssertionError(repeat() + ": " + wrong, e);
        }
      } catch (Error e) {
        throw new AssertionError(repeat(), e);
      }
      long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      if (i > WARM && bytes > most + 200L * file.length) {
        throw new AssertionError(repeat() + " allocates " + bytes + " bytes");
      }
      i++;
    } while (System.nanoTime() < end);
    return new Outcome(i, refused, i - refused);
  }

  /** What is wrong with a refusal, null if nothing is. */
  private @Nullable String wrong(Exception e) {
    if (!Main.isTold(e) || e.getClass().getName().startsWith("java.lang.Number")) {
      return "is refused by accident";
    }
    String line = Main.oneLine(e);
    if (!line.contains(where) || line.length() <= where.length() + 2) {
      return "its message does not name " + where + ": " + line;
    }
    if (line.length() > 3_000) {
      return "its message has " + line.length() + " characters";
    }
    return line.chars().anyMatch(Character::isISOControl) ? "control characters: " + line : null;
  }

  private String repeat() {
    String kept = "";
    try {
      Path file = Path.of("target", "fuzz", name + "-" + number);
      Files.createDirectories(file.getParent());
      Files.write(file, current);
      kept = ", kept as " + file;
    } catch (IOException e) {
      kept = ", not kept: " + e.getMessage();
    }
    return "-Dtest=ParsersFuzzTest#%s -Ddistill.seed=%d -Ddistill.fuzz.seconds=0, %d bytes%s"
        .formatted(name, number, current.length, kept);
  }

  // ---- damage ----

  private byte[] file(long seed) {
    Random random = new Random(seed * 0x9e3779b97f4a7c15L);
    byte[] file = honest.get(random.nextInt(honest.size()));
    for (int n = 1 + random.nextInt(random.nextBoolean() ? 2 : 8); n > 0; n--) {
      file = damaged(file, random);
    }
    return file.length > LARGEST ? Arrays.copyOf(file, LARGEST) : file;
  }

  private byte[] damaged(byte[] file, Random random) {
    if (file.length == 0) {
      return file;
    }
    int at = random.nextInt(file.length);
    int to = Math.min(file.length, at + 1 + random.nextInt(random.nextInt(4) == 0 ? 400 : 12));
    byte[] token = TOKENS.get(random.nextInt(TOKENS.size()));
    switch (random.nextInt(10)) {
      case 0 -> {
        byte[] changed = file.clone();
        changed[at] ^= (byte) (1 << random.nextInt(8));
        return changed;
      }
      case 1 -> {
        return replaced(file, at, to, new byte[0]);
      }
      case 2 -> {
        return replaced(file, at, at, Arrays.copyOfRange(file, at, to));
      }
      case 3 -> {
        return random.nextInt(4) == 0 ? Arrays.copyOf(file, at) : replaced(file, at, to, token);
      }
      case 4 -> {
        byte[] other = honest.get(random.nextInt(honest.size()));
        int from = random.nextInt(other.length);
        int length = Math.min(other.length - from, 1 + random.nextInt(200));
        return replaced(file, at, to, Arrays.copyOfRange(other, from, from + length));
      }
      case 5 -> {
        // Deep, or many.
        byte[] one = random.nextBoolean() ? text("[") : Arrays.copyOfRange(file, at, to);
        int times = 1 << random.nextInt(random.nextInt(8) == 0 ? 17 : 8);
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int t = 0; t < times && many.size() < LARGEST / 4; t++) {
          many.writeBytes(one);
        }
        return replaced(file, at, at, many.toByteArray());
      }
      case 6, 7 -> {
        // A whole word or number in place of another.
        int from = at;
        int until = at;
        while (from > 0 && isWord(file[from - 1])) {
          from--;
        }
        while (until < file.length && isWord(file[until])) {
          until++;
        }
        return replaced(file, from, until, token);
      }
      default -> {
        return replaced(file, at, at, token);
      }
    }
  }

  private static boolean isWord(byte b) {
    return Character.isLetterOrDigit(b) || b == '.' || b == '-' || b == '_';
  }

  private static byte[] replaced(byte[] file, int from, int to, byte[] by) {
    ByteArrayOutputStream changed = new ByteArrayOutputStream(file.length + by.length);
    changed.write(file, 0, from);
    changed.writeBytes(by);
    changed.write(file, to, file.length - to);
    return changed.toByteArray();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
