package dev.distill.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.data.Dataset;
import dev.distill.data.TeacherKind;
import dev.distill.runtime.Schema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataLoaderTest {

  private static final String TRAIN =
      "id,age,job,y\nr1,20,nurse,no\nr2,30,cook,yes\nr3,,cook,no\nr4,25,NA,yes\n";
  private static final String TEACHER = "p_no,p_yes\n0.9,0.1\n0.2,0.8\n0.6,0.4\n0.3,0.7\n";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static DataLoader loader(@Nullable String id) {
    return new DataLoader("y", id, TeacherKind.PROBABILITIES, false);
  }

  private AbstractThrowableAssert<?, ?> refused(
      @Nullable String id, String train, String teacher, String message) throws IOException {
    Path trainFile = file("train.csv", train);
    Path teacherFile = file("teacher.csv", teacher);
    return assertThatThrownBy(() -> loader(id).load(trainFile, teacherFile))
        .isInstanceOf(InputException.class)
        .hasMessage(
            message
                .replace("$train", trainFile.toString())
                .replace("$teacher", teacherFile.toString()));
  }

  @Test
  void loads_a_pair_of_files() throws IOException {
    Path train = file("train.csv", TRAIN);
    LoadedData data = loader(null).load(train, file("teacher.csv", TEACHER));
    assertThat(data.dataset().classes()).containsExactly("no", "yes");
    assertThat(data.dataset().labels()).containsExactly(0, 1, 0, 1);
    assertThat(data.dataset().schema().featureNames()).containsExactly("age", "job=nurse");
    assertThat(data.dataset().features().values())
        .containsExactly(20, 1, 30, 0, Float.NaN, 0, 25, Float.NaN);
    assertThat(data.teacher()).containsExactly(0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7);
    assertThat(data.notes())
        .containsExactly(train + ": column 'id' left out: a different value in every row");
    // printf '…' | sha256sum
    assertThat(data.sha256()).hasSize(2);
    assertThat(data.sha256().get(train.toString())).matches("[0-9a-f]{64}");
  }

  @Test
  void hashes_the_bytes_of_the_file() throws IOException {
    Path train = file("abc.csv", "abc");
    Path real = file("train.csv", TRAIN);
    assertThat(loader(null).load(real, null).sha256())
        .containsOnlyKeys(real.toString())
        .doesNotContainValue("");
    assertThat(DataLoader.sha256(train))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void aligns_by_id() throws IOException {
    Path teacher =
        file(
            "teacher.csv",
            "p_yes,id,p_no\n0.7,r4,0.3\n0.1,r1,0.9\n0.5,r9,0.5\n0.4,r3,0.6\n0.8,r2,0.2\n");
    Path train = file("train.csv", TRAIN);
    LoadedData data = loader("id").load(train, teacher);
    assertThat(data.teacher()).containsExactly(0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7);
    assertThat(data.notes())
        .containsExactly(
            teacher + ": 1 of 5 rows have ids that " + train + " has not, they are left unused");
  }

  @Test
  void ids_are_texts_as_written() throws IOException {
    refused(
        "id",
        "id,x,y\n01,1,a\n1,2,b\n",
        "id,p_a,p_b\n1,0.5,0.5\n2,0.5,0.5\n",
        "$teacher (2 rows) lacks 1 of the 2 ids of $train, expected all; the first: 01");
  }

  @Test
  void refuses_ids_that_do_not_pair() throws IOException {
    refused(
        "id",
        TRAIN,
        "id,p_no,p_yes\nr1,0.5,0.5\nr2,0.5,0.5\nr1,0.5,0.5\nr4,0.5,0.5\n",
        "$teacher rows 1 and 3: id 'r1' stands twice in column 'id', expected different ids");
    refused(
        "id",
        TRAIN.replace("r2", "r1"),
        "id,p_no,p_yes\nr1,0.5,0.5\n",
        "$train rows 1 and 2: id 'r1' stands twice in column 'id', expected different ids");
    refused(
        "id",
        TRAIN,
        "id,p_no,p_yes\nr1,0.5,0.5\n,0.5,0.5\n",
        "$teacher row 2: id column 'id' is missing, expected an id");
    refused("id", TRAIN, TEACHER, "$teacher: no column 'id', there are 'p_no', 'p_yes'");
    refused("Id", TRAIN, TEACHER, "$train: no column 'Id', did you mean 'id'?");
  }

  @Test
  void refuses_row_counts_that_differ() throws IOException {
    refused(
        null,
        TRAIN,
        TEACHER + "0.5,0.5\n",
        "$teacher has 5 rows, $train has 4: expected a teacher's row for each, or --id COLUMN in"
            + " both");
  }

  @Test
  void refuses_labels_that_are_not_there() throws IOException {
    refused(
        null,
        TRAIN.replace(",y\n", ",income\n"),
        TEACHER,
        "$train: no column 'y', there are 'id', 'age', 'job', 'income'");
    refused(
        null,
        TRAIN.replace("25,NA,yes", "25,NA,"),
        TEACHER,
        "$train row 4: the label in column 'y' is missing, expected a class");
    refused(
        null,
        TRAIN.replace("yes", "no"),
        TEACHER,
        "$train: label column 'y' has only one class ('no'), expected at least two");
  }

  @Test
  void refuses_teachers_that_are_not_of_these_classes() throws IOException {
    refused(
        null,
        TRAIN,
        TEACHER.replace("p_yes", "p_maybe"),
        "$teacher: column 'p_maybe' is of no class, expected 'p_no', 'p_yes'; name it so, or pass"
            + " --teacher-by-position if the columns stand in this order");
    refused(
        null,
        TRAIN,
        TEACHER.replace("0.6,0.4", "0.6,0.5"),
        "$teacher row 3: sums to 1.1, expected 1 ± 0.001; other rows are fine, so look at this one");
    refused(
        null,
        TRAIN,
        TEACHER.replace("0.6", "oops"),
        "$teacher row 3: column 'p_no' expected a number, got 'oops'");
    refused(
        null,
        TRAIN,
        TEACHER.replace("0.6", ""),
        "$teacher row 3: class 'no' is missing (or NaN), expected a number");
  }

  @Test
  void loads_more_rows_with_the_classes_and_schema_of_the_first() throws IOException {
    Dataset train =
        loader(null)
            .load(file("train.csv", "zip,b,y\n1,True,1\nx,False,0\n1,True,1\nx,NA,2\n"), null)
            .dataset();
    assertThat(train.classes()).containsExactly("0", "1", "2");
    Path test = file("test.csv", "y,extra,b,zip\n1.0,q,true,1\n0,q,false,1\n");
    Path teacher = file("test_teacher.csv", "2,0,1.0\n0.25,0.25,0.5\n0,1,0\n");
    LoadedData more = loader(null).loadMore(train, test, teacher);
    assertThat(more.dataset().labels()).containsExactly(1, 0);
    assertThat(more.teacher()).containsExactly(0.25, 0.5, 0.25, 1, 0, 0);
    // '1' was the first of two levels of zip and is text here too, although it looks like a number
    assertThat(more.dataset().features().values()).containsExactly(0, 0, 0, 1);
    assertThat(more.notes()).isEmpty();
    assertThat(loader(null).loadMore(train, test, null).teacher()).isNull();
  }

  @Test
  void refuses_more_rows_that_do_not_fit() throws IOException {
    Dataset train = loader(null).load(file("train.csv", TRAIN), null).dataset();
    Path unknown = file("u.csv", "age,job,y\n1,cook,no\n2,cook,maybe\n");
    assertThatThrownBy(() -> loader(null).loadMore(train, unknown, null))
        .isInstanceOf(InputException.class)
        .hasMessage(
            unknown
                + " row 2: label 'maybe' is not a class of the training rows, allowed are 'no',"
                + " 'yes'");
    Path text = file("t.csv", "age,job,y\n1,cook,no\nold,cook,no\n");
    assertThatThrownBy(() -> loader(null).loadMore(train, text, null))
        .isInstanceOf(InputException.class)
        .hasMessage(text + " row 2: column 'age' expected a number, got 'old'");
    Path missing = file("m.csv", "agee,job,y\n1,cook,no\n");
    assertThatThrownBy(() -> loader(null).loadMore(train, missing, null))
        .isInstanceOf(InputException.class)
        .hasMessage(missing + ": no column 'age', did you mean 'agee'?");
  }

  @Test
  void a_class_of_one_row_and_a_class_absent_in_test() throws IOException {
    Dataset train =
        loader(null).load(file("train.csv", TRAIN + "r5,1,cook,rare\n"), null).dataset();
    assertThat(train.classes()).containsExactly("no", "rare", "yes");
    LoadedData test =
        loader(null)
            .loadMore(
                train,
                file("test.csv", TRAIN),
                file("tt.csv", "p_no,p_yes,p_rare\n1,0,0\n0,1,0\n0,0,1\n0.5,0.5,0\n"));
    assertThat(test.dataset().labels()).containsExactly(0, 2, 0, 2);
  }

  @Test
  void fifty_thousand_values_of_a_category_and_parquet_for_test() throws IOException {
    StringBuilder csv = new StringBuilder("c,x,y\n");
    for (int i = 0; i < 50_050; i++) {
      csv.append('v').append(i % 50_000).append(',').append(i % 17).append(',').append(i % 2);
      csv.append('\n');
    }
    Path train = file("big.csv", csv.toString());
    LoadedData data = loader(null).load(train, null);
    assertThat(data.dataset().schema().featureNames()).containsExactly("c", "x");
    assertThat(data.notes())
        .containsExactly(
            train
                + ": column 'c' has 50000 values: the 1000 most frequent are told apart, the rest"
                + " are one");
    Path test = folder.resolve("test.parquet");
    TableReaderTest.sql(
        "COPY (SELECT 1::DOUBLE AS y, 3::SMALLINT AS x, 'v0' AS c) TO '%s'".formatted(test));
    LoadedData more = loader(null).loadMore(data.dataset(), test, null);
    assertThat(more.dataset().labels()).containsExactly(1);
    assertThat(more.dataset().features().values()).containsExactly(0, 3);
  }

  @Test
  void rows_to_score_need_no_label() throws IOException {
    Schema schema = loader(null).load(file("train.csv", TRAIN), null).dataset().schema();
    Path data = file("new.csv", "id,job,age\n007,nurse,1\n008,pilot,\n");
    DataLoader.Rows rows = DataLoader.rows(data, schema, "id");
    assertThat(rows.features().values()).containsExactly(1, 1, Float.NaN, Float.NaN);
    assertThat(rows.ids()).isNotNull().satisfies(ids -> assertThat(ids.text(0)).isEqualTo("007"));
    assertThat(DataLoader.rows(data, schema, null).ids()).isNull();
  }

  @Test
  void messages_are_one_line_whatever_names_hold() throws IOException {
    Path train = file("train.csv", "\"a\nb\",\"a\nb\"\n1,2\n");
    assertThatThrownBy(() -> loader(null).load(train, null))
        .hasMessage(
            train + ": column name 'a b' stands twice (columns 1 and 2), expected different names");
    byte[] hostile = "x,y\n1,\"\u001b[31m\na\"\n2,b\n".getBytes(StandardCharsets.UTF_8);
    Files.write(train, hostile);
    Dataset known = loader(null).load(file("k.csv", "x,y\n1,a\n2,b\n"), null).dataset();
    assertThatThrownBy(() -> loader(null).loadMore(known, train, null))
        .message()
        .startsWith(train + " row 1: label ' [31m a' is not a class");
  }

  /** Rows whose teacher's probabilities tell which row they belong to. */
  private List<Path> numbered(int rows, int teacherRows) throws IOException {
    StringBuilder train = new StringBuilder("x,y\n");
    StringBuilder teacher = new StringBuilder("p_a,p_b\n");
    for (int i = 0; i < Math.max(rows, teacherRows); i++) {
      double p = (i + 1) / 1000.0;
      if (i < rows) {
        train.append(p + 5).append(i % 2 == 0 ? ",a\n" : ",b\n");
      }
      if (i < teacherRows) {
        teacher.append(p).append(',').append(1 - p).append('\n');
      }
    }
    return List.of(file("train.csv", train.toString()), file("teacher.csv", teacher.toString()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_sample_has_so_many_rows_each_with_its_teacher(boolean parquet) throws IOException {
    List<Path> files = numbered(300, 300);
    if (parquet) {
      files = files.stream().map(f -> folder.resolve(f.getFileName() + ".parquet")).toList();
      for (String name : List.of("train.csv", "teacher.csv")) {
        TableReaderTest.sql(
            "COPY (SELECT * FROM read_csv('%1$s')) TO '%1$s.parquet'"
                .formatted(folder.resolve(name)));
      }
    }
    DataLoader sampling = loader(null).sampling(50, 7);
    LoadedData data = sampling.load(files.get(0), files.get(1));
    double[] teacher = Objects.requireNonNull(data.teacher());
    float[] x = data.dataset().features().values();
    assertThat(data.dataset().rows()).isEqualTo(50);
    for (int i = 0; i < 50; i++) {
      assertThat(teacher[2 * i] + 5).isCloseTo(x[i], within(1e-5));
    }
    assertThat(x).isSorted().doesNotHaveDuplicates();
    assertThat(x[49]).as("from the whole file").isGreaterThan(5.2f);
    // The same rows for another teacher of them, others by another seed, all where there are few.
    assertThat(sampling.loadMore(data.dataset(), files.get(0), files.get(1)).teacher())
        .isEqualTo(teacher);
    assertThat(loader(null).sampling(50, 8).load(files.get(0), null).dataset().features().values())
        .isNotEqualTo(x);
    assertThat(loader(null).sampling(300, 7).load(files.get(0), null).dataset().rows())
        .isEqualTo(300);
  }

  @Test
  void a_sample_is_aligned_by_id_too() throws IOException {
    Path train = file("train.csv", TRAIN);
    Path teacher = file("t.csv", "id,p_no,p_yes\nr4,0.3,0.7\nr3,0.6,0.4\nr2,0.2,0.8\nr1,0.9,0.1\n");
    LoadedData data = loader("id").sampling(3, 1).load(train, teacher);
    double[] all = {0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7};
    List<Integer> ages = List.of(20, 30, -1, 25);
    for (int i = 0; i < 3; i++) {
      float age = data.dataset().features().values()[2 * i];
      int row = ages.indexOf(Float.isNaN(age) ? -1 : (int) age);
      assertThat(Objects.requireNonNull(data.teacher())[2 * i]).isEqualTo(all[2 * row]);
    }
  }

  @Test
  void a_sample_needs_a_teacher_of_all_rows() throws IOException {
    List<Path> files = numbered(300, 200);
    assertThatThrownBy(() -> loader(null).sampling(50, 7).load(files.get(0), files.get(1)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s has 200 rows, %s has 300: expected a teacher's row for each, or --id COLUMN in both",
            files.get(1), files.get(0));
  }

  @Test
  void it_is_looked_at_how_much_is_read_before_and_after() throws IOException {
    Path train = numbered(300, 1).get(0);
    List<String> looks = new ArrayList<>();
    DataLoader.Look look =
        (file, rows, columns, features, classes) ->
            looks.add("%s %s %s %s".formatted(rows, columns, features, classes));
    loader(null).sampling(50, 7).after(look).load(train, null);
    assertThat(looks).containsExactly("50 2 1 2", "50 2 1 2");
  }
}
