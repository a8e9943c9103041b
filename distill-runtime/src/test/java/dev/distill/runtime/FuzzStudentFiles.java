package dev.distill.runtime;

import dev.distill.runtime.RandomTrees.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Damages student files at random, gives them the length and the checksum of an honest file, and
 * loads them: {@code FuzzStudentFiles MINUTES SEED}. Each must be refused by a {@link
 * StudentFileException} or be a student that works, in time and within a multiple of its size.
 *
 * <p>File number i of a campaign depends on seed + i alone: what fails is repeated by {@code
 * FuzzStudentFiles 0 (seed + i)}, which tries that one file.
 */
final class FuzzStudentFiles {
  private static final int[] NUMBERS = {
    0,
    1,
    2,
    3,
    7,
    127,
    128,
    255,
    256,
    0x7fff,
    0xffff,
    1 << 20,
    1 << 30,
    0x7fffffff,
    -1,
    1 << 31,
    0x7f800000,
    0xff800000,
    0x7fc00000,
    0x00000001,
    0x7f7fffff
  };

  /** A file may cost as many bytes for each of its own, */
  private static final long MOST_A_BYTE = 4;

  /** ... for each byte of the schema so many more, as a level of one byte takes two of these, */
  private static final long MOST_A_LEVEL = 2;

  /** ... for each column, whose name and kind are objects, */
  private static final long MOST_A_COLUMN = 350;

  /** ... for each byte of output and provenance, as a text of one byte costs so much, */
  private static final long MOST_A_TEXT = 150;

  /** ... and so many for a message with its stack, the parts and the arrays of a small model. */
  private static final long FIXED = 64 << 10;

  private static final long MOST_NANOS = 5_000_000_000L;

  private final List<byte[]> honest;

  /** What a campaign met. */
  record Outcome(long files, long refused, long loaded, double largest, double slowest) {}

  FuzzStudentFiles() {
    honest = new ArrayList<>(Students.each().stream().map(StudentFile::toBytes).toList());
    honest.add(large(new Random(21)));
    honest.add(texts());
  }

  private static byte[] large(Random random) {
    RandomTrees trees = new RandomTrees(Students.SCHEMA.features(), 3, random);
    for (int t = 0; t < 60; t++) {
      trees.add(Shape.any(random), 100, t / 20);
    }
    float[] rows = trees.rows(20, 0.2);
    return new StudentFile(
            Students.SCHEMA, trees.build(), Students.classes(3), "y", 1, rows, Map.of())
        .withCovers(rows, 20)
        .toBytes();
  }

  private static byte[] texts() {
    List<String> levels = IntStream.range(0, 3000).mapToObj(i -> "level " + i).toList();
    Schema schema =
        new Schema(
            List.of(
                new Schema.CategoryColumn("c", Schema.Coding.INDICATORS, levels),
                new Schema.CategoryColumn("d", Schema.Coding.FREQUENCY_RANK, levels)));
    return new StudentFile(
            schema,
            RandomModels.linear(schema.features(), 2, new Random(1)),
            Students.classes(2),
            "y",
            1,
            new float[0],
            Map.of())
        .toBytes();
  }

  /**
   * Runs a campaign.
   *
   * @throws AssertionError if a file is neither refused nor a student, or costs too much
   */
  Outcome run(long files, Instant end, long seed) {
    long refused = 0;
    long loaded = 0;
    double largest = 0;
    double slowest = 0;
    long i = 0;
    for (; i < files && (i == 0 || Instant.now().isBefore(end)); i++) {
      byte[] file = file(seed + i);
      boolean[] works = new boolean[1];
      long start = Allocation.cpuNanos();
      long bytes;
      try {
        bytes = Allocation.bytes(() -> works[0] = load(file));
      } catch (Throwable e) {
        throw new AssertionError(where(seed + i, file), e);
      }
      long nanos = Allocation.cpuNanos() - start;
      if (works[0]) {
        try {
          use(file);
        } catch (Throwable e) {
          throw new AssertionError(where(seed + i, file), e);
        }
      }
      refused += works[0] ? 0 : 1;
      loaded += works[0] ? 1 : 0;
      slowest = Math.max(slowest, nanos / 1e6);
      if (file.length > FIXED / 2) {
        largest = Math.max(largest, (double) bytes / file.length);
      }
      if (nanos > MOST_NANOS) {
        throw new AssertionError(
            where(seed + i, file) + " takes " + nanos / 1e9 + " seconds of CPU");
      }
      // The first files also load classes.
      if (i > 1000 && bytes > FIXED + MOST_A_BYTE * file.length + texts(file)) {
        throw new AssertionError(where(seed + i, file) + " allocates " + bytes + " bytes");
      }
    }
    return new Outcome(i, refused, loaded, largest, slowest);
  }

  private static String where(long seed, byte[] file) {
    return "seed %d, a file of %d bytes".formatted(seed, file.length);
  }

  /** Whether it is a student. */
  private static boolean load(byte[] file) {
    try {
      StudentFile.load(file);
      return true;
    } catch (StudentFileException e) {
      return false;
    }
  }

  /** What a loaded file must do. */
  static void use(byte[] file) throws StudentFileException {
    StudentFile student = StudentFile.load(file);
    double[] probabilities = new double[student.classes().size()];
    student.score(student.row(), probabilities);
    if (!Arrays.equals(StudentFile.load(student.toBytes()).toBytes(), student.toBytes())) {
      throw new AssertionError("is not read as it is written");
    }
    try {
      student.explain(student.row());
    } catch (UnsupportedOperationException e) {
      // Not of every kind.
    }
  }

  /** What texts may cost beyond their bytes. */
  private static long texts(byte[] file) {
    long sum = 0;
    for (int at : sections(file)) {
      String tag = new String(file, at, 4, StandardCharsets.US_ASCII);
      int size = Math.max(0, Math.min(size(file, at), file.length - at - 12));
      if (tag.equals("SCHM")) {
        sum += MOST_A_LEVEL * size + MOST_A_COLUMN * Math.min(count(file, at + 12), size / 2);
      } else if (tag.equals("OUTP") || tag.equals("PROV")) {
        sum += MOST_A_TEXT * size;
      }
    }
    return sum;
  }

  private static long count(byte[] file, int from) {
    long count = 0;
    for (int at = from, shift = 0; at < file.length && shift < 35; at++, shift += 7) {
      count |= (file[at] & 0x7fL) << shift;
      if (file[at] >= 0) {
        break;
      }
    }
    return count;
  }

  // ---- damage ----

  /** The damaged file of a seed. */
  byte[] file(long seed) {
    Random random = new Random(seed * 0x9e3779b97f4a7c15L);
    byte[] file = honest.get(random.nextInt(honest.size())).clone();
    for (int n = 1 + random.nextInt(random.nextBoolean() ? 1 : 8); n > 0; n--) {
      List<Integer> sections = sections(file);
      if (sections.isEmpty()) {
        break;
      }
      int at = sections.get(random.nextInt(sections.size()));
      int from = at + (random.nextInt(20) == 0 ? 0 : 12);
      int to = (int) Math.min(at + 12L + size(file, at), file.length - Students.sum(file));
      if (to <= from) {
        continue;
      }
      // Most of a section's structure stands at its beginning.
      int room = random.nextBoolean() ? to - from : Math.min(to - from, 40);
      file = damage(file, at, from, to, from + random.nextInt(room), random);
    }
    return random.nextInt(50) == 0 ? file : Students.seal(file);
  }

  private byte[] damage(byte[] file, int section, int from, int to, int at, Random random) {
    switch (random.nextInt(9)) {
      case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> file[at] = (byte) random.nextInt(256);
      case 2 -> {
        if (at + 4 <= to) {
          ByteBuffer.wrap(file)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(at, NUMBERS[random.nextInt(NUMBERS.length)]);
        }
      }
      case 3 -> {
        return resized(file, section, at, random.nextInt(Math.min(to - at, 64)) + 1, new byte[0]);
      }
      case 4 -> {
        byte[] more = new byte[1 + random.nextInt(64)];
        random.nextBytes(more);
        return resized(file, section, at, 0, more);
      }
      case 5 -> {
        Output count = new Output();
        count.count(NUMBERS[random.nextInt(NUMBERS.length)] & Integer.MAX_VALUE);
        return resized(file, section, at, random.nextInt(2), count.toBytes());
      }
      case 6 -> {
        int length = 1 + random.nextInt(Math.min(to - at, 256));
        int source = from + random.nextInt(to - from);
        System.arraycopy(file, source, file, at, Math.min(length, to - Math.max(source, at)));
      }
      case 7 -> {
        byte[] other = honest.get(random.nextInt(honest.size()));
        List<Integer> theirs = sections(other);
        int their = theirs.get(random.nextInt(theirs.size()));
        byte[] content = Arrays.copyOfRange(other, their + 12, their + 12 + size(other, their));
        return resized(file, section, section + 12, to - section - 12, content);
      }
      default -> {
        byte[] again = Arrays.copyOfRange(file, at, Math.min(to, at + 1 + random.nextInt(2000)));
        return resized(file, section, at, 0, again);
      }
    }
    return file;
  }

  /** With some bytes of a section taken out and others put in, and its length put right. */
  private static byte[] resized(byte[] file, int section, int at, int out, byte[] in) {
    if (at < section + 12) {
      return file;
    }
    ByteBuffer changed =
        ByteBuffer.allocate(file.length - out + in.length).order(ByteOrder.LITTLE_ENDIAN);
    changed.put(file, 0, at).put(in).put(file, at + out, file.length - at - out);
    changed.putInt(section + 8, size(file, section) - out + in.length);
    return changed.array();
  }

  private static int size(byte[] file, int section) {
    return Students.i32(file, section + 8);
  }

  /** Where sections begin, as far as their lengths make sense. */
  private static List<Integer> sections(byte[] file) {
    List<Integer> sections = new ArrayList<>();
    int at = 20;
    while (at + 12 <= file.length - Students.sum(file)) {
      sections.add(at);
      int size = size(file, at);
      if (size < 0 || size > file.length - Students.sum(file) - at - 12) {
        break;
      }
      at += 12 + size;
    }
    return sections;
  }

  /** Runs for so many minutes; 0 tries one file, and leaves it at {@code fuzz.distill}. */
  public static void main(String[] arguments) throws IOException, StudentFileException {
    int minutes = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    FuzzStudentFiles fuzz = new FuzzStudentFiles();
    if (minutes == 0) {
      Files.write(Path.of("fuzz.distill"), fuzz.file(seed));
      use(fuzz.file(seed));
      return;
    }
    Outcome outcome =
        fuzz.run(Long.MAX_VALUE, Instant.now().plus(Duration.ofMinutes(minutes)), seed);
    System.out.printf("seed %d: %s%n", seed, outcome);
  }
}
