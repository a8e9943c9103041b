package example;

import static org.apache.flink.table.api.Expressions.$;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.StudentFile;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;

/** The function in a query of Flink's, in a cluster that it starts in this JVM. */
final class FlinkTest {
  private final StudentFile student = Students.olderThan(40);
  private final StudentFunction score =
      new StudentFunction(student.toBytes(), "yes", "age", "city");

  @Test
  void answers_in_a_query_as_the_student_does() throws Exception {
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.setParallelism(2);
    StreamTableEnvironment tables =
        StreamTableEnvironment.create(flink, EnvironmentSettings.inBatchMode());
    List<Row> rows =
        Students.CUSTOMERS.stream()
            .map(customer -> Row.of(customer.id(), customer.age(), customer.city()))
            .toList();
    TypeInformation<Row> columns =
        Types.ROW_NAMED(new String[] {"id", "age", "city"}, Types.INT, Types.DOUBLE, Types.STRING);
    // Not tables.fromValues: the planner makes constants of such rows.
    tables.createTemporaryView("customers", flink.fromData(rows, columns));

    tables.createTemporarySystemFunction("p_yes", new PYes(score));
    Table answers = tables.sqlQuery("SELECT *, p_yes(age, city) AS p FROM customers");

    List<Double> probabilities = new ArrayList<>();
    try (CloseableIterator<Row> result = answers.orderBy($("id")).execute().collect()) {
      result.forEachRemaining(row -> probabilities.add(row.getFieldAs("p")));
    }
    assertThat(probabilities).isEqualTo(Students.answers(student));
  }
}
