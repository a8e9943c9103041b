package dev.distill.serve;

import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Students to serve: random stumps on numbers and categories. */
final class Models {
  static final Schema SCHEMA =
      new Schema(
          List.of(
              new NumberColumn("age"),
              new CategoryColumn("city", Coding.INDICATORS, List.of("Oslo", "Århus", "東京")),
              new CategoryColumn("smoker", Coding.INDICATORS, List.of("no", "yes")),
              new NumberColumn("height in cm")));

  static final List<String> CLASSES = List.of("low", "\"middle\"", "høy");

  private Models() {}

  /** Another student for each seed. */
  static StudentFile student(long seed) {
    return student(SCHEMA, CLASSES, seed);
  }

  /** Two numbers, two classes. */
  static StudentFile numbers(long seed) {
    return student(Schema.numbers(List.of("u", "v")), List.of("no", "yes"), seed);
  }

  private static StudentFile student(Schema schema, List<String> classes, long seed) {
    Random random = new Random(seed);
    TreeEnsemble.Builder trees = TreeEnsemble.builder(schema.features(), new float[classes.size()]);
    for (int t = 0; t < 30; t++) {
      trees.tree(3, t * classes.size() / 30);
      int feature = random.nextInt(schema.features());
      float threshold = random.nextFloat() * (feature == 0 ? 80 : 1);
      trees.split(0, feature, threshold, 1, 2, random.nextBoolean());
      trees.leaf(1, random.nextFloat()).leaf(2, -random.nextFloat());
    }
    return new StudentFile(
        schema, trees.build(), classes, "risk", 1.5, new float[schema.features()], Map.of());
  }
}
