package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextsTest {
  private static final String[] LETTERS = {
    "a", "b", "Z", "0", "é", "ß", "東", "\uffff", "🌳", "\ufffd"
  };

  @Test
  void finds_each_text_and_no_other() {
    for (long seed : Seeds.of(20).toArray()) {
      String repeat = Seeds.repeat(TextsTest.class, seed);
      Random random = new Random(seed);
      Set<String> some = new LinkedHashSet<>();
      int count = random.nextInt(300);
      while (some.size() < count) {
        some.add(text(random, random.nextInt(20) == 0 ? 300 : 5));
      }
      List<String> given = List.copyOf(some);
      Texts texts = Texts.of(given);
      assertThat(texts.repeated()).as(repeat).isEqualTo(-1);
      assertThat(texts).as(repeat).isEqualTo(given).hasSameHashCodeAs(given);
      for (int i = 0; i < given.size(); i++) {
        assertThat(texts.find(given.get(i))).as(repeat).isEqualTo(i);
      }
      for (int i = 0; i < 300; i++) {
        String other = text(random, 5);
        assertThat(texts.find(other)).as(repeat).isEqualTo(given.indexOf(other));
      }
      assertThat(texts.find("a\ud83c")).as(repeat).isEqualTo(-1);
    }
  }

  private static String text(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(most + 1); n > 0; n--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  @Test
  void finding_again_allocates_nothing() {
    Texts texts = Texts.of(List.of("Oslo", "Århus", "東京", "🌳"));
    int[] sum = new int[1];
    Allocation.none(() -> sum[0] = texts.find("東京") + texts.find("🌳") + texts.find("Bergen"));
    assertThat(sum[0]).isEqualTo(2 + 3 - 1);
  }

  @Test
  void names_what_stands_twice() {
    assertThat(Texts.of(List.of("a", "b", "c", "b", "a")).repeated()).isEqualTo(3);
    assertThat(Texts.of(List.of()).repeated()).isEqualTo(-1);
  }

  @Test
  void says_utf_8_where_java_does() {
    Random random = new Random(8);
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(5)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        bytes[0] = (byte) (0xe0 + random.nextInt(24));
      }
      for (int k = 1; k < bytes.length; k++) {
        bytes[k] = random.nextInt(4) == 0 ? bytes[k] : (byte) (0x80 | (bytes[k] & 0x3f));
      }
      String java = new String(bytes, StandardCharsets.UTF_8);
      boolean whole = java.equals(roundTrip(bytes));
      assertThat(Texts.isUtf8(bytes, 0, bytes.length)).as(java).isEqualTo(whole);
    }
  }

  private static String roundTrip(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes) ? text : text + "!";
  }

  @Test
  void refuses_texts_that_were_made_to_collide_in_time() {
    List<String> alike = new ArrayList<>(List.of(""));
    for (int i = 0; i < 16; i++) {
      List<String> longer = new ArrayList<>();
      for (String text : alike) {
        longer.add(text + "Aa");
        longer.add(text + "BB");
      }
      alike = longer;
    }
    List<String> same = alike;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Texts.of(same))
        .withMessage("texts whose hashes are too much alike");
    // Not those that are alike by chance, as all of three letters.
    List<String> letters = new ArrayList<>();
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (int i = 0; i < 52 * 52 * 52; i++) {
      letters.add(
          "" + alphabet.charAt(i % 52) + alphabet.charAt(i / 52 % 52) + alphabet.charAt(i / 2704));
    }
    assertThat(Texts.of(letters).find("zzz")).isEqualTo(letters.size() - 1);
  }

  @Test
  void thousands_of_short_levels_cost_at_most_four_times_the_file() throws StudentFileException {
    for (Schema.Coding coding : Schema.Coding.values()) {
      List<String> levels = IntStream.range(0, 30_000).mapToObj(i -> "z" + i).toList();
      Schema schema = new Schema(List.of(new Schema.CategoryColumn("zip", coding, levels)));
      TreeEnsemble trees = TreeEnsemble.builder(schema.features(), new float[2]).build();
      byte[] file =
          new StudentFile(schema, trees, Students.classes(2), "y", 1, new float[0], Map.of())
              .toBytes();
      StudentFile.load(file);
      long[] least = {Long.MAX_VALUE};
      for (int i = 0; i < 3; i++) {
        least[0] =
            Math.min(
                least[0],
                Allocation.bytes(
                    () -> {
                      try {
                        StudentFile.load(file);
                      } catch (StudentFileException e) {
                        throw new AssertionError(e);
                      }
                    }));
      }
      assertThat(least[0]).isLessThan(4L * file.length);
    }
  }
}
