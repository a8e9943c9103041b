package example;

import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A student to test with, made by hand; `distill run` writes the ones that learned something. */
final class Students {
  /** A row of what the tests ask about; null is missing. */
  record Customer(int id, Double age, String city) {}

  static final List<Customer> CUSTOMERS =
      List.of(
          new Customer(0, 30.0, "Oslo"),
          new Customer(1, 40.0, "Bergen"),
          new Customer(2, 50.0, "Oslo"),
          new Customer(3, 50.0, "elsewhere"),
          new Customer(4, null, "Bergen"),
          new Customer(5, 60.0, null),
          new Customer(6, null, null));

  private Students() {}

  /** What the student itself says of {@link #CUSTOMERS}: a probability of yes for each. */
  static List<Double> answers(StudentFile student) {
    return CUSTOMERS.stream()
        .map(
            customer -> {
              Map<String, Object> row = new HashMap<>();
              row.put("age", customer.age());
              row.put("city", customer.city());
              return student.score(row).probabilities().get("yes");
            })
        .toList();
  }

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
