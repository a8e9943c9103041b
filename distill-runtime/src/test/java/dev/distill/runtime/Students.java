package dev.distill.runtime;

import dev.distill.runtime.RandomTrees.Shape;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/** Students to test with, and files that nobody wrote honestly. */
final class Students {
  private Students() {}

  static final Schema SCHEMA =
      new Schema(
          List.of(
              new NumberColumn("age"),
              new CategoryColumn("city", Coding.INDICATORS, List.of("Oslo", "Århus", "東京")),
              new CategoryColumn("smoker", Coding.INDICATORS, List.of("no", "yes")),
              new CategoryColumn("job", Coding.FREQUENCY_RANK, List.of("nurse", "smith", "")),
              new NumberColumn("height in cm")));

  /** Trees for one class each. */
  static StudentFile boosted() {
    Random random = new Random(1);
    RandomTrees trees = new RandomTrees(SCHEMA.features(), 3, random);
    for (int t = 0; t < 9; t++) {
      trees.add(Shape.RAGGED, 7, t % 3);
    }
    return of(trees, List.of("low", "middle", "high"), 4);
  }

  /** A tree with a value for every class, and one without. */
  static StudentFile joint() {
    Random random = new Random(2);
    RandomTrees trees = new RandomTrees(SCHEMA.features(), 2, random);
    trees.add(Shape.FULL, 15, -1);
    trees.add(Shape.CHAIN, 3, 1);
    return of(trees, List.of("0", "1"), 3);
  }

  /** No tree at all, nothing to verify. */
  static StudentFile prior() {
    return of(new RandomTrees(SCHEMA.features(), 4, new Random(3)), List.of("a", "b", "c", "d"), 0);
  }

  /** A network. */
  static StudentFile network() {
    Random random = new Random(12);
    return of(
        RandomModels.network(SCHEMA.features(), 3, random), List.of("low", "middle", "high"), 4);
  }

  /** Factorisation machines. */
  static StudentFile machine() {
    return of(RandomModels.machine(SCHEMA.features(), 2, new Random(11)), List.of("0", "1"), 3);
  }

  /** The logarithm of a forest. */
  static StudentFile forest() {
    TreeEnsemble forest = RandomModels.forest(SCHEMA.features(), 2, 2, new Random(12));
    return of(Logarithm.of(forest), List.of("0", "1"), 3);
  }

  /** A linear model behind standardized features, some of them indicators of missing values. */
  static StudentFile standardized() {
    Random random = new Random(13);
    Standardizer standardizer = RandomModels.standardizer(SCHEMA.features(), random);
    DenseNetwork linear = RandomModels.linear(standardizer.outputs(), 2, random);
    return of(new StandardizedModel(standardizer, linear), List.of("0", "1"), 3);
  }

  static List<StudentFile> each() {
    return List.of(
        boosted(),
        joint(),
        prior(),
        network(),
        machine(),
        forest(),
        standardized(),
        profiled(),
        covered());
  }

  /** With the training rows of its leaves. */
  static StudentFile covered() {
    return boosted()
        .withCovers(new RandomTrees(SCHEMA.features(), 2, new Random(15)).rows(300, 0), 300);
  }

  /** With a profile. */
  static StudentFile profiled() {
    return joint().with(profile());
  }

  /** A profile for {@link #SCHEMA} and two classes. */
  static Profile profile() {
    return new Profile(
        1000,
        List.of(
            new Profile.Numbers(7, new float[] {18.5f, 65}, new int[] {0, 793, 200}),
            new Profile.Levels(0, 0, new int[] {500, 300, 200}),
            new Profile.Levels(12, 0, new int[] {900, 88}),
            new Profile.Levels(0, 30, new int[] {600, 370, 0}),
            new Profile.Numbers(0, new float[0], new int[] {1000})),
        new Profile.Answers(
            200,
            170,
            new int[] {120, 80},
            List.of(new Profile.Numbers(0, new float[] {0.5f}, new int[] {120, 80})),
            0.31,
            0.4,
            0.02));
  }

  private static StudentFile of(RandomTrees trees, List<String> classes, int rows) {
    return of(trees.build(), classes, trees.rows(rows, 0.3));
  }

  private static StudentFile of(PortableModel model, List<String> classes, int rows) {
    RandomTrees random = new RandomTrees(model.features(), 2, new Random(14));
    return of(model, classes, random.rows(rows, 0.3));
  }

  private static StudentFile of(PortableModel model, List<String> classes, float[] rows) {
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("family", "xgboost.trees");
    provenance.put("alpha", "0.9");
    provenance.put("note", "ο δάσκαλος 🌳");
    return new StudentFile(SCHEMA, model, classes, "income", 1.25, rows, provenance);
  }

  static Schema numbers(int count) {
    return Schema.numbers(IntStream.range(0, count).mapToObj(i -> "x" + i).toList());
  }

  static List<String> classes(int count) {
    return IntStream.range(0, count).mapToObj(i -> "c" + i).toList();
  }

  /** A file as the first format had it, which ended with a SHA-256. */
  static byte[] formatOne() {
    try (InputStream in = Students.class.getResourceAsStream("/format-1.distill")) {
      return Objects.requireNonNull(in).readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Bytes of the checksum at the end of a file. */
  static int sum(byte[] file) {
    return file[8] == 1 ? 32 : 4;
  }

  /** Gives a file the length and the checksum that go with what it holds. */
  static byte[] seal(byte[] bytes) {
    byte[] sealed = bytes.clone();
    for (int i = 0; i < 8; i++) {
      sealed[12 + i] = (byte) ((long) bytes.length >>> (8 * i));
    }
    int body = sealed.length - sum(sealed);
    if (sealed[8] == 1) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(sealed, 0, body);
        System.arraycopy(digest.digest(), 0, sealed, body, 32);
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError(e);
      }
    } else {
      CRC32 crc = new CRC32();
      crc.update(sealed, 0, body);
      ByteBuffer.wrap(sealed).order(ByteOrder.LITTLE_ENDIAN).putInt(body, (int) crc.getValue());
    }
    return sealed;
  }

  /** Where a section begins: its tag. */
  static int at(byte[] file, String tag) {
    int at = 20;
    while (at < file.length - sum(file)) {
      if (tag.equals(new String(file, at, 4, java.nio.charset.StandardCharsets.US_ASCII))) {
        return at;
      }
      at += 12 + i32(file, at + 8);
    }
    throw new AssertionError("no " + tag);
  }

  static int i32(byte[] bytes, int at) {
    return (bytes[at] & 0xff)
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | (bytes[at + 3] & 0xff) << 24;
  }

  /** The content of a section. */
  static byte[] content(byte[] file, String tag) {
    int at = at(file, tag);
    return Arrays.copyOfRange(file, at + 12, at + 12 + i32(file, at + 8));
  }

  /** A sealed file in which a section has another content, or none if null. */
  static byte[] with(byte[] file, String tag, byte @org.jspecify.annotations.Nullable [] content) {
    int at = at(file, tag);
    Output out = new Output();
    out.bytes(Arrays.copyOf(file, at));
    if (content != null) {
      out.bytes(section(tag, i32(file, at + 4), content));
    }
    out.bytes(Arrays.copyOfRange(file, at + 12 + i32(file, at + 8), file.length));
    return seal(out.toBytes());
  }

  /** A sealed file with a section more, before the others. */
  static byte[] plus(byte[] file, byte[] section) {
    Output out = new Output();
    out.bytes(Arrays.copyOf(file, 20));
    out.bytes(section);
    out.bytes(Arrays.copyOfRange(file, 20, file.length));
    return seal(out.toBytes());
  }

  static byte[] section(String tag, int flags, byte[] content) {
    Output out = new Output();
    out.bytes(tag.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    out.i32(flags);
    out.i32(content.length);
    out.bytes(content);
    return out.toBytes();
  }
}
