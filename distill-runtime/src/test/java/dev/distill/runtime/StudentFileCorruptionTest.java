package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no whole, honest file is refused, quickly and with a small multiple of its size. */
class StudentFileCorruptionTest {

  static Stream<byte[]> files() {
    return Stream.concat(
        Students.each().stream().map(StudentFile::toBytes), Stream.of(Students.formatOne()));
  }

  @ParameterizedTest
  @MethodSource("files")
  void refuses_every_prefix(byte[] file) {
    for (int length = 0; length < file.length; length++) {
      String expected =
          length == 0
              ? "student: empty, expected a student file"
              : length < 20
                  ? "student: cut off at byte " + length
                  : "student: cut off at byte %d of %d".formatted(length, file.length);
      refused(Arrays.copyOf(file, length), expected);
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void refuses_every_flipped_bit(byte[] file) {
    for (int i = 0; i < file.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        file[i] ^= (byte) (1 << bit);
        refused(file, "student: ");
        file[i] ^= (byte) (1 << bit);
      }
    }
    refused(flipped(file, 30), "student: corrupt: checksum differs");
    refused(flipped(file, file.length - 1), "student: corrupt: checksum differs");
  }

  @Test
  void a_format_one_shorter_than_its_checksum_is_refused() {
    byte[] file = Arrays.copyOf(Students.formatOne(), 51);
    file[12] = 51;
    Arrays.fill(file, 13, 20, (byte) 0);
    refused(file, "student: corrupt: checksum differs");
    file = Arrays.copyOf(file, 24);
    file[12] = 24;
    refused(file, "student: corrupt: checksum differs");
  }

  private static byte[] flipped(byte[] file, int at) {
    byte[] copy = file.clone();
    copy[at] ^= 1;
    return copy;
  }

  /** What the checksum of a format promises beyond a bit: any run of 32, and two bits anywhere. */
  @ParameterizedTest
  @MethodSource("files")
  void refuses_bursts_and_pairs_of_flipped_bits(byte[] file) {
    Random random = new Random(file.length);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = file.clone();
      int first = random.nextInt(8 * file.length);
      if (i % 2 == 0) {
        flip(damaged, first);
        flip(damaged, (first + 1 + random.nextInt(8 * file.length - 1)) % (8 * file.length));
      } else {
        int burst = random.nextInt() | 1;
        for (int bit = 0; bit < 32 && first + bit < 8 * file.length; bit++) {
          if ((burst >>> bit & 1) != 0) {
            flip(damaged, first + bit);
          }
        }
      }
      refused(damaged, "student: ");
    }
  }

  private static void flip(byte[] file, int bit) {
    file[bit / 8] ^= (byte) (1 << bit % 8);
  }

  @ParameterizedTest
  @MethodSource("files")
  void refuses_bytes_after_the_end(byte[] file) {
    refused(
        Arrays.copyOf(file, file.length + 1),
        "student: goes on after its end at byte " + file.length);
    refused(Arrays.copyOf(file, 2 * file.length), "student: goes on after its end");
  }

  @Test
  void tells_a_newer_version_from_damage() {
    byte[] file = Students.boosted().toBytes();
    file[8] = 3;
    refused(
        Students.seal(file), "student: written by a newer version: format 3, this reader knows 2");
    file[8] = 0;
    refused(Students.seal(file), "student: corrupt: format 0");
    file[8] = 2;
    byte[] content = {1, 2, 3};
    refused(
        Students.plus(file, Students.section("TRNG", 1, content)),
        "student: written by a newer version: it needs section TRNG,"
            + " which this reader does not know");
    Output forest = new Output();
    forest.text("forest");
    refused(
        Students.with(file, "MODL", forest.toBytes()),
        "student: has a model of kind 'forest'; this reader knows:"
            + " trees, network, factorization, standardized, hinged, logarithm");
  }

  @Test
  void skips_sections_it_does_not_know_but_does_not_need() throws StudentFileException {
    byte[] file = Students.boosted().toBytes();
    byte[] extended = Students.plus(file, Students.section("TRNG", 0, new byte[1000]));
    extended = Students.plus(extended, Students.section("TRNG", 0, new byte[0]));
    assertThat(StudentFile.load(extended).toBytes()).isEqualTo(file);
  }

  @Test
  void refuses_sections_that_are_missing_or_stand_twice_or_have_flags_of_the_future() {
    byte[] file = Students.boosted().toBytes();
    for (String tag : List.of("SCHM", "MODL", "OUTP", "VRFY", "PROV")) {
      refused(Students.with(file, tag, null), "student: corrupt: sections: no " + tag);
      refused(
          Students.plus(file, Students.section(tag, 1, Students.content(file, tag))),
          "student: corrupt: sections: " + tag + " stands twice");
      byte[] more =
          Arrays.copyOf(Students.content(file, tag), Students.content(file, tag).length + 1);
      refused(Students.with(file, tag, more), "student: corrupt: ");
      byte[] less =
          Arrays.copyOf(Students.content(file, tag), Students.content(file, tag).length - 1);
      refused(Students.with(file, tag, less), "student: corrupt: ");
      refused(Students.with(file, tag, new byte[0]), "student: corrupt: ");
    }
    refused(
        Students.plus(file, Students.section("TRNG", 2, new byte[0])),
        "student: corrupt: sections: TRNG has flags 0x2");
    for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, file.length}) {
      byte[] broken = file.clone();
      int at = Students.at(file, "MODL") + 8;
      for (int i = 0; i < 4; i++) {
        broken[at + i] = (byte) (length >>> (8 * i));
      }
      refused(Students.seal(broken), "student: corrupt: sections: ");
    }
  }

  @Test
  void refuses_lengths_that_cannot_be() {
    byte[] file = Students.boosted().toBytes();
    for (long length : new long[] {0, 23, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32}) {
      byte[] broken = file.clone();
      for (int i = 0; i < 8; i++) {
        broken[12 + i] = (byte) (length >>> (8 * i));
      }
      refused(
          broken,
          "student: corrupt: a length of %s bytes".formatted(Long.toUnsignedString(length)));
    }
  }

  // ---- files with a right checksum that lie ----

  @Test
  void refuses_a_schema_that_lies() {
    lie("SCHM", out -> out.count(Integer.MAX_VALUE), "2147483647 columns, but only");
    lie("SCHM", out -> out.count(0), "a schema needs at least one column");
    lie("SCHM", out -> many(out, 1, 3), "column '' of kind 3");
    lie(
        "SCHM",
        out -> {
          out.count(1);
          out.u8(0);
          out.count(Integer.MAX_VALUE);
        },
        "2147483647 bytes of a text, but only");
    lie(
        "SCHM",
        out -> {
          out.count(1);
          out.u8(1);
          out.text("c");
          out.count(Integer.MAX_VALUE);
        },
        "2147483647 levels, but only");
    lie(
        "SCHM",
        out -> {
          out.count(1);
          out.u8(1);
          out.text("c");
          out.count(0);
        },
        "category column 'c' has no levels");
    lie(
        "SCHM",
        out -> {
          out.count(1);
          out.u8(2);
          out.text("c");
          out.count(2);
          out.text("x");
          out.text("x");
        },
        "category column 'c' has a level twice");
    lie(
        "SCHM",
        out -> {
          out.count(2);
          out.u8(0);
          out.text("x");
          out.u8(0);
          out.text("x");
        },
        "column 'x' stands twice");
    lie(
        "SCHM",
        out -> {
          out.count(1);
          out.u8(0);
          out.count(2);
          out.u8(0xc3);
          out.u8(0x28);
        },
        "a text that is not UTF-8");
    lie("SCHM", out -> out.bytes(new byte[] {-1, -1, -1, -1, -1, 0}), "a count of more than 5");
    lie("SCHM", out -> out.bytes(new byte[] {-1, -1, -1, -1, 127}), "a count of 34359738367");
  }

  @Test
  void tells_the_replacement_character_from_bytes_that_are_no_text() throws StudentFileException {
    byte[] file = Students.boosted().toBytes();
    String name = "a\ufffdb\ufffd";
    byte[] meant = provenance(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(StudentFile.load(Students.with(file, "PROV", meant)).provenance())
        .containsEntry("k", name);
    byte[] bytes = {'a', (byte) 0xef, (byte) 0xbf, (byte) 0xbd, (byte) 0xff};
    refused(
        Students.with(file, "PROV", provenance(bytes)),
        "student: corrupt: provenance: a text that is not UTF-8");
    byte[] cut = {'a', (byte) 0xef, (byte) 0xbf};
    refused(
        Students.with(file, "PROV", provenance(cut)),
        "student: corrupt: provenance: a text that is not UTF-8");
  }

  private static byte[] provenance(byte[] value) {
    Output out = new Output();
    out.count(1);
    out.text("k");
    out.count(value.length);
    out.bytes(value);
    return out.toBytes();
  }

  @Test
  void refuses_a_kind_of_a_name_without_end() {
    byte[] file = Students.boosted().toBytes();
    Output out = new Output();
    out.count(60_000);
    out.bytes(new byte[60_000]);
    refused(
        Students.with(file, "MODL", out.toBytes()),
        "student: corrupt: model: a text of 60000 bytes, at most 64 are allowed");
  }

  private static void many(Output out, int count, int kind) {
    out.count(count);
    for (int i = 0; i < count; i++) {
      out.u8(kind);
      out.text("");
    }
  }

  @Test
  void refuses_outputs_that_lie() {
    lie("OUTP", out -> outputs(out, 0, "a", "b", "c"), "temperature must be finite and > 0");
    lie("OUTP", out -> outputs(out, Double.NaN, "a", "b", "c"), "temperature must be");
    lie("OUTP", out -> outputs(out, Double.POSITIVE_INFINITY, "a", "b", "c"), "temperature must");
    lie("OUTP", out -> outputs(out, 1, "a", "b"), "the model has 3 classes, but there are 2");
    lie("OUTP", out -> outputs(out, 1, "a", "b", "a"), "class 'a' stands twice");
    lie(
        "OUTP",
        out -> {
          out.text("y");
          out.f64(1);
          out.count(Integer.MAX_VALUE);
        },
        "2147483647 classes, but only");
  }

  private static void outputs(Output out, double temperature, String... classes) {
    out.text("y");
    out.f64(temperature);
    out.count(classes.length);
    for (String name : classes) {
      out.text(name);
    }
  }

  @Test
  void refuses_verification_rows_that_lie() {
    lie("VRFY", out -> out.count(Integer.MAX_VALUE), "2147483647 verification rows, but only");
    lie(
        "VRFY",
        out -> {
          out.count(65);
          out.bytes(new byte[65 * (7 * 4 + 3 * 8)]);
        },
        "at most 64 verification rows, got 65");
    byte[] file = Students.boosted().toBytes();
    byte[] content = Students.content(file, "VRFY");
    content[content.length - 8] ^= 1; // the last bit of a probability
    refused(
        Students.with(file, "VRFY", content),
        "student: corrupt: verification: row 3, class 'high'");
  }

  @Test
  void refuses_provenance_that_lies() {
    lie("PROV", out -> out.count(Integer.MAX_VALUE), "2147483647 entries, but only");
    lie(
        "PROV",
        out -> {
          out.count(2);
          for (String text : new String[] {"k", "v", "k", "w"}) {
            out.text(text);
          }
        },
        "'k' stands twice");
  }

  @Test
  void refuses_covers_that_lie() {
    byte[] file = Students.covered().toBytes();
    byte[] covers = Students.content(file, "COVR");
    covers[0] ^= 1;
    refused(
        Students.with(file, "COVR", covers), "student: corrupt: output: tree 1 has 300 training");
    refused(
        Students.with(file, "COVR", new byte[72]),
        "student: corrupt: output: tree 0 has 0 training rows in its leaves");
    refused(
        Students.with(file, "COVR", new byte[71]),
        "student: corrupt: covers: 72 counts, but only 71 bytes are left");
    refused(
        Students.with(file, "COVR", new byte[73]), "student: corrupt: covers: 1 bytes too many");
    refused(
        Students.plus(Students.network().toBytes(), Students.section("COVR", 0, new byte[] {1})),
        "student: corrupt: covers: training rows of leaves, but the model has no trees");
  }

  @Test
  void refuses_profiles_that_lie() {
    profile(out -> out.count(0), "rows of a profile must be >= 1, got 0", true);
    profile(
        out -> {
          out.count(1);
          out.count(0);
          out.count(Integer.MAX_VALUE);
        },
        "2147483647 cuts, but only",
        false);
    for (float cut : new float[] {1, Float.NaN, Float.POSITIVE_INFINITY, 0.5f}) {
      profile(
          out -> {
            out.count(1);
            numbers(out, 1, cut);
          },
          "cut 1 is %s, expected finite ones in ascending order".formatted(cut),
          true);
    }
    profile(
        out -> {
          out.count(1);
          float[] cuts = new float[65];
          for (int i = 0; i < cuts.length; i++) {
            cuts[i] = i;
          }
          numbers(out, cuts);
        },
        "65 cuts and 66 bins, allowed are at most 64 cuts",
        true);
    profile(
        out -> {
          out.count(1);
          columns(out);
          out.count(10);
          out.count(11);
          predicted(out, 0.1);
        },
        "11 test rows predicted right, allowed are 0 to 10",
        false);
    for (double loss : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY}) {
      profile(
          out -> {
            out.count(1);
            columns(out);
            out.count(10);
            out.count(9);
            predicted(out, loss);
          },
          "log loss must be finite and >= 0, got " + loss,
          false);
    }
    profile(
        out -> {
          out.count(1);
          columns(out);
          out.count(10);
          out.count(9);
          out.bytes(new byte[2]);
          out.count(Integer.MAX_VALUE);
        },
        "2147483647 histograms, but only",
        false);
    profile(
        out -> {
          out.count(1);
          columns(out);
          out.count(10);
          out.count(9);
          out.bytes(new byte[2]);
          out.count(2);
          numbers(out, 0.5f);
          numbers(out, 0.5f);
          out.bytes(new byte[24]);
        },
        "a profile of 2 predicted classes and 2 probabilities, but there are 2 classes",
        false);
    byte[] file = Students.profiled().toBytes();
    byte[] content = Students.content(file, "PROF");
    for (int length = 0; length < content.length; length++) {
      refused(Students.with(file, "PROF", Arrays.copyOf(content, length)), "student: corrupt: ");
    }
    refused(
        Students.with(file, "PROF", Arrays.copyOf(content, content.length + 1)),
        "student: corrupt: profile: 1 bytes too many");
    refused(
        Students.plus(file, Students.section("PROF", 0, content)),
        "student: corrupt: sections: PROF stands twice");
  }

  private static void profile(Consumer<Output> content, String message, boolean padded) {
    Output out = new Output();
    content.accept(out);
    if (padded) {
      out.bytes(new byte[100]);
    }
    byte[] file = Students.with(Students.profiled().toBytes(), "PROF", out.toBytes());
    refused(file, "student: corrupt: profile: " + message);
    assertThat(Allocation.bytes(() -> refused(file, ""))).isLessThan(100_000 + 10L * file.length);
  }

  private static void numbers(Output out, float... cuts) {
    out.count(0);
    out.count(cuts.length);
    for (float cut : cuts) {
      out.f32(cut);
    }
    out.bytes(new byte[cuts.length + 1]);
  }

  /** What the schema's five columns need. */
  private static void columns(Output out) {
    numbers(out);
    out.bytes(new byte[2 + 3 + 2 + 2 + 2 + 3]);
    numbers(out);
  }

  private static void predicted(Output out, double loss) {
    out.bytes(new byte[2]);
    out.count(0);
    out.f64(loss);
    out.f64(0);
    out.f64(0);
  }

  @Test
  void refuses_trees_that_lie() {
    model(out -> trees(out, 6, 3, 0), "6 features, expected 7");
    model(out -> trees(out, Integer.MAX_VALUE, 3, 0), "2147483647 features, expected 7");
    model(
        out -> {
          out.count(7);
          out.count(Integer.MAX_VALUE);
        },
        "2147483647 classes, but only");
    model(out -> trees(out, 7, 1, 0), "base needs one value a class, at least 2, got 1");
    model(out -> trees(out, 7, 3, Integer.MAX_VALUE), "2147483647 trees, but only");
    for (int nodes : new int[] {0, -1, 2, Integer.MIN_VALUE, -3}) {
      model(out -> tree(out, nodes, 0, new byte[50]), "tree 0: %d nodes".formatted(nodes));
    }
    model(out -> tree(out, Integer.MAX_VALUE, 0, new byte[50]), "2147483647 nodes, but only");
    model(
        out -> {
          trees(out, 7, 3, 5000);
          for (int t = 0; t < 5000; t++) {
            out.i32(Integer.MAX_VALUE);
            out.u16(0xffff);
          }
          out.bytes(new byte[20_000]);
        },
        "2147483647 nodes, but only");
    model(out -> tree(out, 1, 3, new byte[5]), "tree 0: class must be in 0…2, got 3");
    model(out -> tree(out, 1, 0, new byte[6]), "trees of 5 bytes, got 6");
    model(out -> tree(out, 1, 0xffff, new byte[5 + 7]), "trees of 13 bytes, got 12");
    // Three nodes: bits of splits, bits of missing, a feature, a threshold, two leaves.
    model(out -> tree(out, 3, 0, three(0b011, 0, 1, 0)), "more splits than leaves");
    model(out -> tree(out, 3, 0, three(0b000, 0, 1, 0)), "2 of its 3 nodes hang on no split");
    model(out -> tree(out, 3, 0, three(0b010, 0, 1, 0)), "2 of its 3 nodes hang on no split");
    model(out -> tree(out, 3, 0, three(0b001, 7, 1, 0)), "feature must be in 0…6, got 7");
    model(out -> tree(out, 3, 0, three(0b001, 0, Float.NaN, 0)), "threshold is NaN");
    model(out -> tree(out, 3, 0, three(0b001, 0, 1, Float.NaN)), "leaf must be finite, got NaN");
    model(
        out -> tree(out, 3, 0, three(0b001, 0, 1, Float.NEGATIVE_INFINITY)),
        "leaf must be finite, got -Infinity");
    model(
        out -> {
          trees(out, 7, 3, 2);
          for (int target = 1; target >= 0; target--) {
            out.i32(1);
            out.u16(target);
          }
          out.bytes(new byte[1 + 2 * 4]);
        },
        "tree 1: class 0 stands after class 1");
    model(
        out -> {
          out.count(7);
          out.count(2);
          out.f32(0);
          out.f32(Float.NaN);
          out.count(0);
        },
        "base of class 1 must be finite, got NaN");
  }

  // 7 features and 3 classes, as the student has that they are put into.
  @Test
  void refuses_networks_that_lie() {
    model("network", out -> layers(out, 6, 1), "only 0 bytes are left");
    model("network", out -> layers(out, 7, 0), "a network has 1 to 256 layers, got 0");
    model("network", out -> layers(out, 7, Integer.MAX_VALUE), "2147483647 layers, but only");
    model("network", out -> layer(layers(out, 6, 1), 3, 0, 21), "6 features, expected 7");
    model("network", out -> layer(layers(out, 7, 1), 2, 0, 16), "the model has 2 classes");
    model("network", out -> layer(layers(out, 7, 1), 1, 0, 8), "classes must be at least 2, got 1");
    model("network", out -> layer(layers(out, 7, 1), 0, 0, 8), "needs inputs and outputs");
    model("network", out -> layer(layers(out, 0, 1), 3, 0, 3), "needs inputs and outputs");
    model("network", out -> layer(layers(out, 7, 1), 3, 3, 24), "layer 0: activation 3");
    model("network", out -> layer(layers(out, 7, 1), 3, 0, 20), "21 weights, but only 80 bytes");
    model("network", out -> layer(layers(out, 7, 1), 3, 0, 23), "3 biases, but only 8 bytes");
    model("network", out -> layer(layers(out, 7, 1), 3, 0, 25), "4 bytes too many");
    model(
        "network",
        out -> {
          layer(layers(out, 7, 1), 3, 0, 23);
          out.f32(Float.POSITIVE_INFINITY);
        },
        "bias: value 2 must be finite, got Infinity");
    // 2^62 weights and more: the products of 4 bytes each wrap around.
    int max = Integer.MAX_VALUE;
    model("network", out -> layer(layers(out, max, 1), max, 0, 10), "weights, but only 40 bytes");
    model("network", out -> layer(layers(out, 1 << 30, 1), 1 << 30, 0, 9), "weights, but only");
    model("network", out -> layer(layers(out, 7, 1), max, 0, 10), "weights, but only 40 bytes");
    model(
        "network",
        out -> {
          layers(out, 7, 300);
          layer(out, 1, 0, 8);
          for (int l = 1; l < 300; l++) {
            layer(out, 1, 0, 2);
          }
        },
        "a network has 1 to 256 layers, got 300");
  }

  private static Output layers(Output out, int features, int layers) {
    out.count(features);
    out.count(layers);
    return out;
  }

  private static void layer(Output out, int outputs, int activation, int floats) {
    out.count(outputs);
    out.u8(activation);
    out.bytes(new byte[4 * floats]);
  }

  @Test
  void refuses_machines_that_lie() {
    int max = Integer.MAX_VALUE;
    model("factorization", out -> machine(out, 6, 3, 1, 39), "6 features, expected 7");
    model("factorization", out -> machine(out, 7, 2, 1, 30), "the model has 2 classes");
    model("factorization", out -> machine(out, 7, 1, 1, 15), "classes must be at least 2");
    model("factorization", out -> machine(out, 7, 3, 0, 24), "factors must be > 0, got 0");
    model("factorization", out -> machine(out, max, 0, 1, 0), "classes must be at least 2");
    model("factorization", out -> machine(out, 0, 3, 1, 3), "features must be > 0");
    model("factorization", out -> machine(out, 7, max, 1, 9), "2147483647 biases, but only 36");
    model("factorization", out -> machine(out, max, 3, 1, 9), "6442450941 weights, but only 24");
    model("factorization", out -> machine(out, 7, 3, max, 99), "factors, but only 300 bytes");
    model("factorization", out -> machine(out, 7, 3, 2, 65), "42 factors, but only 164 bytes");
    model("factorization", out -> machine(out, 7, 3, 2, 67), "4 bytes too many");
    model(
        "factorization",
        out -> {
          machine(out, 7, 3, 2, 65);
          out.f32(Float.NaN);
        },
        "vectors: value 41 must be finite, got NaN");
  }

  private static void machine(Output out, int features, int classes, int factors, int floats) {
    out.count(features);
    out.count(classes);
    out.count(factors);
    out.bytes(new byte[4 * floats]);
  }

  @Test
  void refuses_models_behind_others_that_lie() {
    model(
        "standardized",
        out -> {
          standardizer(out, 7);
          out.text("network");
          layer(layers(out, 8, 1), 3, 0, 27);
        },
        "8 features, expected 7");
    model(
        "standardized",
        out -> {
          standardizer(out, 7, 2);
          out.text("trees");
          trees(out, 7, 3, 0);
        },
        "7 features, expected 8");
    model(
        "standardized",
        out -> {
          standardizer(out, 6, 2);
          out.text("trees");
          trees(out, 7, 3, 0);
        },
        "6 features, expected 7");
    model("standardized", out -> out.count(Integer.MAX_VALUE), "2147483647 features, but only");
    model("standardized", out -> standardizer(out, 0), "expected a low, high, center and scale");
    model("standardized", out -> standardizer(out, 7, 7), "indicators must ascend within 0…6");
    model("standardized", out -> standardizer(out, 7, 1, 1), "indicators must ascend within 0…6");
    model(
        "standardized",
        out -> {
          standardizer(out, 7);
          out.count(0);
          out.count(Integer.MAX_VALUE);
        },
        "has a model of kind ''");
    model(
        "standardized",
        out -> {
          out.count(1);
          out.f32(1);
          out.f32(0);
          out.f64(0);
          out.f64(1);
          out.count(0);
        },
        "low 1.0, high 0.0, center 0.0 and scale 1.0 do not give finite values");
    model(
        "standardized",
        out -> {
          out.count(1);
          out.bytes(new byte[24]);
          out.count(Integer.MAX_VALUE);
        },
        "2147483647 indicators, but only 0 bytes");
    model(
        "logarithm",
        out -> {
          out.text("trees");
          trees(out, 6, 3, 0);
        },
        "6 features, expected 7");
    model(
        "logarithm",
        out -> {
          for (int i = 0; i < 100_000; i++) {
            out.text("logarithm");
          }
        },
        "models within models, deeper than 4");
  }

  private static void standardizer(Output out, int features, int... indicators) {
    out.count(features);
    out.bytes(new byte[24 * features]);
    out.count(indicators.length);
    for (int indicator : indicators) {
      out.count(indicator);
    }
    for (int i = 0; i < indicators.length; i++) {
      out.f32(Float.NaN);
    }
  }

  private static void trees(Output out, int features, int classes, int trees) {
    out.count(features);
    out.count(classes);
    out.bytes(new byte[4 * classes]);
    out.count(trees);
  }

  private static void tree(Output out, int nodes, int target, byte[] rest) {
    trees(out, 7, 3, 1);
    out.i32(nodes);
    out.u16(target);
    out.bytes(rest);
  }

  private static byte[] three(int splits, int feature, float threshold, float leaf) {
    Output out = new Output();
    out.u8(splits);
    out.u8(0);
    out.u8(feature);
    out.f32(threshold);
    out.f32(leaf);
    out.f32(leaf);
    return out.toBytes();
  }

  private static void model(Consumer<Output> content, String message) {
    model("trees", content, message);
  }

  private static void model(String kind, Consumer<Output> content, String message) {
    lie(
        "MODL",
        out -> {
          out.text(kind);
          content.accept(out);
        },
        message);
  }

  private static void lie(String tag, Consumer<Output> content, String message) {
    Output out = new Output();
    content.accept(out);
    byte[] file = Students.with(Students.boosted().toBytes(), tag, out.toBytes());
    refused(file, "student: ");
    assertThatExceptionOfType(StudentFileException.class)
        .isThrownBy(() -> StudentFile.load(file))
        .withMessageContaining(message);
    long bytes = Allocation.bytes(() -> refused(file, ""));
    assertThat(bytes).as(message).isLessThan(100_000 + 10L * file.length);
  }

  private static void refused(byte[] file, String message) {
    assertThatExceptionOfType(StudentFileException.class)
        .isThrownBy(() -> StudentFile.load(file))
        .withMessageStartingWith(message);
  }

  // ---- what a file may cost ----

  @Test
  void a_large_model_costs_less_than_four_times_its_file() {
    for (int target : new int[] {1, -1}) {
      RandomTrees trees = new RandomTrees(20, 2, new Random(8));
      trees.add(RandomTrees.Shape.RAGGED, 100_000, target);
      costs(trees.build(), 4);
    }
    RandomTrees stumps = new RandomTrees(20, 2, new Random(8));
    for (int t = 0; t < 100_000; t++) {
      stumps.add(RandomTrees.Shape.FULL, 0, 1);
    }
    costs(stumps.build(), 4);
    costs(
        new DenseNetwork(
            List.of(
                new Layer(20, 5000, Activation.RELU, new float[100_000], new float[5000]),
                new Layer(5000, 3, Activation.RELU, new float[15_000], new float[3]))),
        4);
    costs(new FactorizationMachine(20, 2000, new float[3], new float[60], new float[120_000]), 4);
  }

  private static void costs(PortableModel model, int times) {
    byte[] file =
        new StudentFile(
                Students.numbers(model.features()),
                model,
                Students.classes(model.classes()),
                "y",
                1,
                new RandomTrees(model.features(), 2, new Random(10)).rows(64, 0),
                Map.of())
            .toBytes();
    long bytes = Allocation.bytes(() -> load(file));
    // The file's own bytes, which the caller holds here, are one of the times.
    assertThat(bytes + file.length).isLessThan(100_000 + (long) times * file.length);
  }

  @Test
  void texts_cost_a_bounded_multiple_of_their_bytes() {
    Output schema = new Output();
    schema.count(1);
    schema.u8(2);
    schema.text("c");
    schema.count(200_000);
    for (int i = 0; i < 200_000; i++) {
      schema.text(Integer.toString(i, 36));
    }
    byte[] file = Students.with(Students.boosted().toBytes(), "SCHM", schema.toBytes());
    long bytes = Allocation.bytes(() -> refused(file, "student: corrupt: model: 7 features"));
    assertThat(bytes).isLessThan(60L * file.length);
    Output many = new Output();
    many.count(1 << 21);
    for (int i = 0; i < 1 << 21; i++) {
      many.u8(0);
      many.text(Integer.toString(i, 36));
    }
    refused(
        Students.with(Students.boosted().toBytes(), "SCHM", many.toBytes()),
        "student: corrupt: schema: more than 1048576 texts in the file");
  }

  @Test
  void a_deep_tree_is_loaded_without_a_stack() {
    RandomTrees trees = new RandomTrees(1, 2, new Random(9));
    trees.add(RandomTrees.Shape.CHAIN, 300_000, 1);
    costs(trees.build(), 4);
  }

  private static void load(byte[] file) {
    try {
      StudentFile.load(file);
    } catch (StudentFileException e) {
      throw new AssertionError(e);
    }
  }

  // ---- mutations with a right checksum ----

  @Test
  void mutated_files_are_refused_or_load() {
    for (long seed : Seeds.of(6).toArray()) {
      String repeat = Seeds.repeat(StudentFileCorruptionTest.class, seed);
      Random random = new Random(seed);
      List<byte[]> files = files().toList();
      int loaded = 0;
      for (int i = 0; i < 4000; i++) {
        byte[] mutant = mutate(files.get(random.nextInt(files.size())), random);
        try {
          byte[] again = StudentFile.load(mutant).toBytes();
          assertThat(StudentFile.load(again).toBytes()).as(repeat).isEqualTo(again);
          loaded++;
        } catch (StudentFileException e) {
          assertThat(e).as(repeat).hasMessageStartingWith("student: ");
        } catch (RuntimeException | Error e) {
          throw new AssertionError(repeat, e);
        }
      }
      if (System.getProperty("distill.seed") == null) {
        assertThat(loaded).as(repeat).isBetween(10, 3900);
      }
    }
  }

  private static byte[] mutate(byte[] file, Random random) {
    byte[] bytes = file.clone();
    for (int n = random.nextInt(4); n >= 0; n--) {
      int from = 20;
      int end = bytes.length - Students.sum(bytes);
      int at = from + random.nextInt(end - from);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0x00);
        case 3 -> { // a number of four bytes
          int value = random.nextBoolean() ? random.nextInt() : Integer.MAX_VALUE;
          for (int i = 0; i < 4 && at + i < end; i++) {
            bytes[at + i] = (byte) (value >>> (8 * i));
          }
        }
        case 4 -> { // bytes less
          int length = Math.min(1 + random.nextInt(8), end - at);
          byte[] less = new byte[bytes.length - length];
          System.arraycopy(bytes, 0, less, 0, at);
          System.arraycopy(bytes, at + length, less, at, less.length - at);
          bytes = less;
        }
        default -> { // bytes twice
          int length = Math.min(1 + random.nextInt(8), end - at);
          byte[] more = new byte[bytes.length + length];
          System.arraycopy(bytes, 0, more, 0, at + length);
          System.arraycopy(bytes, at, more, at + length, bytes.length - at);
          bytes = more;
        }
      }
      if (bytes.length < 20 + Students.sum(bytes) + 8) {
        break;
      }
    }
    return Students.seal(bytes);
  }
}
