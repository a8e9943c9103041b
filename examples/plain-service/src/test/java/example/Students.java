package example;

import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.List;
import java.util.Map;

/** A student to test with, made by hand; `distill run` writes the ones that learned something. */
final class Students {
  private Students() {}

  /** A tree of one question: older than so many years, then yes at 0.8, else no at 0.8. */
  static StudentFile olderThan(float age) {
    Schema schema =
        new Schema(
            List.of(
                new NumberColumn("age"),
                new CategoryColumn("city", Coding.INDICATORS, List.of("Oslo", "Bergen"))));
    float logit = (float) Math.log(4);
    TreeEnsemble tree =
        TreeEnsemble.builder(schema.features(), new float[2])
            .vectorTree(3)
            .split(0, 0, age, 1, 2, true)
            .leaf(1, logit, 0)
            .leaf(2, 0, logit)
            .build();
    float[] verification = new float[schema.features()];
    return new StudentFile(
        schema, tree, List.of("no", "yes"), "bought", 1, verification, Map.of("made by", "a test"));
  }
}
