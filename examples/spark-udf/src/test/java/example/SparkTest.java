package example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.StudentFile;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** The function in a query of Spark's, in this JVM. */
final class SparkTest {
  private final StudentFile student = Students.olderThan(40);
  private final StudentFunction score =
      new StudentFunction(student.toBytes(), "yes", "age", "city");

  @Test
  void answers_in_a_query_as_the_student_does() {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.warehouse.dir", "target/warehouse")
            .getOrCreate();
    try {
      StructType columns =
          new StructType()
              .add("id", DataTypes.IntegerType)
              .add("age", DataTypes.DoubleType)
              .add("city", DataTypes.StringType);
      List<Row> rows =
          Students.CUSTOMERS.stream()
              .map(customer -> RowFactory.create(customer.id(), customer.age(), customer.city()))
              .toList();
      spark.createDataFrame(rows, columns).repartition(2).createOrReplaceTempView("customers");

      spark
          .udf()
          .register("p_yes", (UDF2<Double, String, Double>) score::apply, DataTypes.DoubleType);
      Dataset<Row> answers = spark.sql("SELECT *, p_yes(age, city) AS p FROM customers");

      assertThat(answers.orderBy("id").collectAsList())
          .extracting(row -> row.<Double>getAs("p"))
          .isEqualTo(Students.answers(student));
    } finally {
      spark.stop();
    }
  }
}
