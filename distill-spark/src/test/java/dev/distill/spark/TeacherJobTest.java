package dev.distill.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeacherJobTest {
  private static final TeacherJob JOB =
      new TeacherJob(List.of("fake://one"), List.of("no", "yes"), List.of("x", "kind"), 3);

  @SuppressWarnings("NullAway.Init")
  private static SparkSession spark;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void reset() {
    FakeTeachers.reset();
  }

  private static Dataset<Row> rows(int count) {
    return spark
        .range(count)
        .selectExpr(
            "id",
            "cast(id as int) - 500 as x",
            "if(id % 7 = 0, null, concat('k', id % 3)) as kind",
            "to_date('2024-01-01') as day");
  }

  private String out() {
    return folder.resolve("out").toUri().toString();
  }

  /** Each chunk's files with the time they were written. */
  private List<String> written() throws IOException {
    List<String> written = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(folder.resolve("out"))) {
      for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile).sorted()::iterator) {
        FileTime time = Files.getLastModifiedTime(path);
        written.add(path.getFileName() + " " + time);
      }
    }
    return written;
  }

  @Test
  void answers_for_each_row_and_opens_the_teacher_once() throws IOException {
    Dataset<Row> answered = JOB.score(rows(1_000).repartition(3), out());
    assertThat(answered.columns()).containsExactly("id", "x", "kind", "day", "p_no", "p_yes");
    List<Row> all = answered.orderBy("id").collectAsList();
    assertThat(all).hasSize(1_000);
    for (int i = 0; i < all.size(); i++) {
      Row row = all.get(i);
      assertThat(row.getLong(0)).isEqualTo(i);
      assertThat(row.<Double>getAs("p_no")).isEqualTo(i < 500 ? 0.9 : 0.2);
    }
    assertThat(FakeTeachers.ASKED).hasValue(1_000);
    assertThat(FakeTeachers.OPENED.get()).isLessThanOrEqualTo(1);
    assertThat(spark.read().parquet(out()).count())
        .as("the folder is Parquet as a whole too")
        .isEqualTo(1_000);
  }

  @Test
  void goes_on_where_it_stopped_whatever_partitions_the_rows_are_in() throws IOException {
    FakeTeachers.last = 900;
    assertThatThrownBy(() -> JOB.score(rows(1_000), out())).hasStackTraceContaining("out of order");
    List<String> before = written();
    long done = spark.read().parquet(out() + "/chunk=0000[0-1]").count();
    assertThat(done).isPositive().isLessThan(900);
    FakeTeachers.reset();
    Dataset<Row> answered = JOB.score(rows(1_000).repartition(5), out());
    assertThat(FakeTeachers.ASKED).as("rows of chunks that are done").hasValue(1_000 - done);
    assertThat(answered.select("id").distinct().count()).isEqualTo(1_000);
    assertThat(answered.count()).isEqualTo(1_000);
    List<String> after = written();
    assertThat(after).containsAll(before.stream().filter(f -> !f.contains(".crc")).toList());
    FakeTeachers.reset();
    assertThat(JOB.score(rows(1_000), out()).count()).isEqualTo(1_000);
    assertThat(FakeTeachers.ASKED).hasValue(0);
    assertThat(written()).isEqualTo(after);
  }

  @Test
  void refuses_the_folder_of_another_job_and_rows_that_do_not_fit() throws IOException {
    JOB.score(rows(10), out());
    TeacherJob other = new TeacherJob(List.of("fake://two"), JOB.classes(), JOB.columns(), 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> other.score(rows(10), out()))
        .withMessageContainingAll("another job", "fake://one", "fake://two");
    String elsewhere = folder.resolve("elsewhere").toString();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JOB.score(rows(10).drop("kind"), elsewhere))
        .withMessage("rows: no column 'kind'; there are: id, x, day");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TeacherJob.of("fake://one", JOB.classes(), List.of("day"))
                    .score(rows(1), elsewhere))
        .withMessage("rows: column 'day' is date, expected numbers, texts or booleans");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JOB.score(rows(1).selectExpr("*", "0.5 as p_no"), elsewhere))
        .withMessageContaining("'p_no' is there already");
    assertThat(Path.of(elsewhere)).doesNotExist();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TeacherJob(List.of(), JOB.classes(), JOB.columns(), 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TeacherJob(JOB.teachers(), JOB.classes(), JOB.columns(), 0))
        .withMessage("chunks must be >= 1, got 0");
  }

  @Test
  void makes_the_same_rows_of_the_same_rows_in_any_partitions() throws IOException {
    Dataset<Row> made = JOB.augment(rows(400), 3, 2, 7, out());
    assertThat(made.columns()).containsExactly("x", "kind", "p_no", "p_yes");
    assertThat(made.schema().apply("x").dataType()).isEqualTo(DataTypes.IntegerType);
    assertThat(made.count()).isEqualTo(1_200);
    assertThat(made.where("p_no = if(x < 0, 0.9D, 0.2D)").count()).isEqualTo(1_200);
    assertThat(made.where("x < -500 or x > -101").count()).as("outside of what was seen").isZero();
    Dataset<Row> again =
        JOB.augment(rows(400).repartition(7), 3, 2, 7, folder.resolve("again").toString());
    assertThat(again.exceptAll(made).count()).isZero();
    assertThat(again.count()).isEqualTo(1_200);
    Dataset<Row> other = JOB.augment(rows(400), 3, 2, 8, folder.resolve("other").toString());
    assertThat(other.exceptAll(made).count()).isPositive();
  }

  @Test
  void a_file_of_a_teacher_is_sent_to_executors() throws IOException {
    StudentFile student = StudentTransformerTest.olderThan(40);
    Path file = folder.resolve("teacher.distill");
    student.write(file);
    Dataset<Row> customers =
        spark.range(50).selectExpr("id", "cast(id * 2 as double) as age", "'Oslo' as city");
    Row older =
        new TeacherJob(List.of(file.toString()), List.of("yes", "no"), List.of("age", "city"), 2)
            .score(customers, out())
            .where("id = 30")
            .head();
    Map<String, Double> expected = student.score(Map.of("age", 60, "city", "Oslo")).probabilities();
    assertThat(older.<Double>getAs("p_yes")).isCloseTo(expected.get("yes"), offset(1e-12));
  }
}
