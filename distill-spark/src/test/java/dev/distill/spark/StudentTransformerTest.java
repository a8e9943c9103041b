package dev.distill.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.runtime.Prediction;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StudentTransformerTest {
  @SuppressWarnings("NullAway.Init")
  private static SparkSession spark;

  private final StudentFile student = olderThan(40);
  private final StudentTransformer transformer = new StudentTransformer(student.toBytes());

  @BeforeAll
  static void start() {
    spark = LocalSpark.start();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** A tree of two questions: older than so many years, and from Oslo. */
  static StudentFile olderThan(float age) {
    Schema schema =
        new Schema(
            List.of(
                new Schema.NumberColumn("age"),
                new Schema.CategoryColumn(
                    "city", Schema.Coding.INDICATORS, List.of("Oslo", "Bergen", "Bodø"))));
    TreeEnsemble tree =
        TreeEnsemble.builder(schema.features(), new float[2])
            .vectorTree(5)
            .split(0, 0, age, 1, 2, true)
            .split(1, 1, 0.5f, 3, 4, true)
            .leaf(2, 0, 1.5f)
            .leaf(3, 1, 0)
            .leaf(4, 0.25f, 0)
            .build();
    return new StudentFile(
        schema,
        tree,
        List.of("no", "yes"),
        "bought",
        1,
        new float[schema.features()],
        Map.of("made by", "a test"));
  }

  private static Dataset<Row> customers(int rows) {
    return spark
        .range(rows)
        .selectExpr(
            "id",
            "if(id % 11 = 0, null, cast(id % 80 as int)) as age",
            "array('Oslo', 'Bergen', 'Bodø', 'Rome', null)[cast(id % 5 as int)] as city",
            "id % 2 = 0 as member");
  }

  @Test
  void gives_what_the_file_gives_bit_for_bit_and_keeps_the_rows() {
    Dataset<Row> rows = customers(10_000).repartition(3);
    List<Row> scored = transformer.transform(rows).collectAsList();
    assertThat(scored).hasSize(10_000);
    for (Row row : scored) {
      Map<String, Object> values = new HashMap<>();
      values.put("age", row.getAs("age"));
      values.put("city", row.getAs("city"));
      Prediction expected = student.score(values);
      assertThat(row.<Double>getList(row.fieldIndex("probabilities")))
          .containsExactlyElementsOf(expected.probabilities().values());
      assertThat(row.<String>getAs("prediction")).isEqualTo(expected.label());
      assertThat(row.<Boolean>getAs("member")).isEqualTo(row.<Long>getAs("id") % 2 == 0);
    }
  }

  @Test
  void is_a_step_of_a_pipeline_of_any_number_of_rows() {
    Dataset<Row> none = customers(0).transform(transformer::transform);
    assertThat(none.columns())
        .containsExactly("id", "age", "city", "member", "probabilities", "prediction");
    assertThat(none.count()).isZero();
    Dataset<Row> twice =
        customers(5)
            .transform(transformer::transform)
            .transform(transformer.into("p", "says")::transform)
            .where("probabilities = p and prediction = says");
    assertThat(twice.count()).isEqualTo(5);
  }

  @Test
  void refuses_where_it_is_called_what_would_fail_on_an_executor() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> transformer.transform(customers(1).drop("city")))
        .withMessage("no column 'city', which the student reads; there are: id, age, member");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> transformer.into("age", "says").transform(customers(1)))
        .withMessage("column 'age' is there already; name the answers by into(…)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentTransformer(new byte[] {1, 2, 3}));
  }
}
