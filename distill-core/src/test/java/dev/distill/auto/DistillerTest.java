package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.data.Dataset;
import dev.distill.spi.Table;
import dev.distill.spi.Teacher;
import dev.distill.spi.TeacherModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DistillerTest {
  private static final List<String> CLASSES = List.of("no", "yes");
  private final AtomicInteger asked = new AtomicInteger();

  private static Distiller.Builder distiller() {
    return Distiller.builder()
        .families(StudentCatalog.of(List.of(FakeFamily.soft("fake.soft"))))
        .configure(config -> config.trials(6).threads(2).folds(2).augment(0));
  }

  /** Rows of a number, a text and a label that the text decides. */
  private static Table table(String name, int rows, long seed) {
    Random random = new Random(seed);
    double[] size = new double[rows];
    List<String> colours = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      size[i] = random.nextDouble();
      colours.add(i % 3 == 0 ? "red" : "blue");
      labels.add(random.nextDouble() < share(colours.get(i)) ? "no" : "yes");
    }
    return new Table(
        name,
        List.of(
            new Table.Numbers("size", size),
            Table.texts("colour", colours),
            Table.texts("sold", labels)));
  }

  private static double share(String colour) {
    return colour.equals("red") ? 0.9 : 0.2;
  }

  private static Table said(Table rows, String... columns) {
    double[][] values = new double[rows.rows()][2];
    for (int i = 0; i < values.length; i++) {
      values[i][0] = share(String.valueOf(rows.column("colour").text(i)));
      values[i][1] = 1 - values[i][0];
    }
    return Table.of("teacher", List.of(columns), values);
  }

  /** Answers for columns, and counts. */
  private final class OfColumns implements TeacherModel {
    private final Set<String> columns = new HashSet<>();
    private boolean closed;

    @Override
    public String description() {
      return "a model of colours";
    }

    @Override
    public void check(Table rows, List<String> classes) {
      rows.column("colour");
    }

    @Override
    public double[] probabilities(Table rows, List<String> classes) {
      asked.addAndGet(rows.rows());
      rows.columns().forEach(column -> columns.add(column.name()));
      double[] answers = new double[2 * rows.rows()];
      for (int i = 0; i < rows.rows(); i++) {
        answers[2 * i] = share(String.valueOf(rows.column("colour").text(i)));
        answers[2 * i + 1] = 1 - answers[2 * i];
      }
      return answers;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void a_teacher_of_features_is_asked_about_made_rows_too() {
    Dataset rows = Planted.rows(300, false, 1);
    Teacher teacher =
        features -> {
          asked.addAndGet(features.rows());
          double[] answers = new double[2 * features.rows()];
          for (int i = 0; i < features.rows(); i++) {
            answers[2 * i] = features.get(i, 0) < 0.2f ? 0.9 : 0.2;
            answers[2 * i + 1] = 1 - answers[2 * i];
          }
          return answers;
        };
    Distiller.Builder distiller = distiller().train(rows).teacher(teacher);
    DistillationResult result = distiller.configure(config -> config.augment(5)).run();
    assertThat(result.trials()).anyMatch(t -> t.spec().augment() == 5);
    assertThat(asked).hasValueGreaterThanOrEqualTo(300 + 5 * 240);
    asked.set(0);
    DistillationTask without = distiller.configure(config -> config.augment(0)).run().task();
    assertThat(asked).hasValue(300);
    assertThat(without.heldOut()).isTrue();
    assertThat(without.test().rows()).isEqualTo(60);
  }

  @Test
  void tables_of_numbers_and_texts_are_distilled() {
    OfColumns model = new OfColumns();
    List<String> notes = new ArrayList<>();
    AtomicInteger trials = new AtomicInteger();
    Table train = table("train", 200, 1);
    DistillationResult result =
        distiller()
            .train(train, "sold")
            .test(table("test", 100, 2))
            .teacher(model)
            .notes(notes::add)
            .listener((outcome, best, done, total) -> trials.incrementAndGet())
            .configure(config -> config.augment(3))
            .run();
    assertThat(model.columns).containsExactlyInAnyOrder("size", "colour");
    assertThat(model.closed).isFalse();
    assertThat(asked).hasValueGreaterThanOrEqualTo(300 + 3 * 200);
    assertThat(result.task().heldOut()).isFalse();
    assertThat(result.task().test().rows()).isEqualTo(100);
    assertThat(result.student().file().classes()).isEqualTo(CLASSES);
    assertThat(result.student().file().label()).isEqualTo("sold");
    assertThat(trials).hasPositiveValue();
    assertThat(notes).isEmpty();
  }

  @Test
  void probabilities_are_found_by_the_names_of_classes() {
    Table train = table("train", 200, 1);
    Table test = table("test", 50, 2);
    DistillationResult result =
        distiller()
            .train(train, "sold")
            .probabilities(said(train, "no", "yes"))
            .test(test)
            .testProbabilities(said(test, "p_no", "p_yes"))
            .outOfFold(said(train, "no", "yes"))
            .run();
    assertThat(result.task().testTeacher()[0]).isEqualTo(0.9);
    assertThat(result.task().inSample()).isEqualTo(result.task().trainTeacher());
    DistillationResult turned =
        distiller()
            .train(train, "sold")
            .probabilities(said(train, "yes", "no"))
            .test(test)
            .testProbabilities(said(test, "yes", "no"))
            .run();
    assertThat(turned.task().testTeacher()[1]).isEqualTo(0.9);
  }

  @Test
  void held_out_rows_keep_their_probabilities_and_columns() {
    Table train = table("train", 200, 1);
    DistillationTask task =
        distiller().train(train, "sold").probabilities(said(train, "no", "yes")).run().task();
    assertThat(task.heldOut()).isTrue();
    assertThat(task.train().rows()).isEqualTo(160);
    int red = task.test().schema().featureNames().indexOf("colour=red");
    assertThat(red).isNotNegative();
    for (int i = 0; i < task.test().rows(); i++) {
      double expected = task.test().features().get(i, red) == 1 ? 0.9 : 0.2;
      assertThat(task.testTeacher()[2 * i]).isEqualTo(expected);
    }
  }

  @Test
  void rows_without_labels_are_asked_about_instead_of_made_ones() {
    OfColumns model = new OfColumns();
    Table train = table("train", 200, 1);
    DistillationResult result =
        distiller()
            .train(train, "sold")
            .teacher(model)
            .unlabelled(table("more", 90, 3).without("sold"))
            .configure(config -> config.augment(5))
            .run();
    assertThat(asked).hasValue(200 + 90);
    assertThat(result.task().more()).isNotNull();
    asked.set(0);
    distiller()
        .train(train, "sold")
        .teacher(model)
        .unlabelled(table("more", 90, 3).without("sold"))
        .run();
    assertThat(asked).as("none are wanted").hasValue(200);
  }

  @Test
  void cancelled_it_ends_with_the_best_so_far() {
    Cancellation cancellation = new Cancellation();
    Table train = table("train", 200, 1);
    DistillationResult result =
        distiller()
            .train(train, "sold")
            .probabilities(said(train, "no", "yes"))
            .configure(config -> config.trials(500))
            .cancellation(cancellation)
            .listener((outcome, best, done, total) -> cancellation.cancel())
            .run();
    assertThat(result.endedEarly()).isTrue();
    assertThat(result.trials()).hasSizeLessThan(100);
  }

  @Test
  void says_what_is_missing_or_too_much() {
    Table train = table("train", 60, 1);
    Table said = said(train, "no", "yes");
    refused(distiller(), "no training rows, expected train(rows)");
    refused(distiller().train(train, "sld"), "train: no column 'sld'");
    refused(
        distiller().train(train, "sold").teacher(new OfColumns()).probabilities(said),
        "several teachers were given");
    refused(
        distiller().train(train, "sold").probabilities(said).test(train),
        "test rows were given without testProbabilities(Table)");
    refused(
        distiller().train(train, "sold").probabilities(said).testProbabilities(said),
        "testProbabilities(Table) was given without test(rows)");
    refused(
        distiller().train(train, "sold").probabilities(said).unlabelled(train),
        "unlabelled(Table) was given, but the teacher does not answer");
    refused(
        distiller().train(train, "sold").outOfFold(said),
        "the teacher that is trained here gives these itself");
    refused(
        distiller().train(train, "sold").probabilities(said.rows(0, 59)),
        "teacher: 59 rows of probabilities, expected 60");
    refused(
        distiller().train(train, "sold").probabilities(said(train, "no", "maybe")),
        "teacher: column 'maybe' is of no class");
    refused(
        distiller().train(train, "sold").teacher(features -> new double[features.rows()]),
        "answered 60 rows with 60 numbers, expected 120");
    Dataset categories = distiller().train(train, "sold").probabilities(said).run().task().train();
    refused(
        distiller().train(categories).teacher(new OfColumns()), "is asked about columns, expected");
    assertThatIllegalArgumentException().isThrownBy(() -> distiller().teacher());
  }

  private static void refused(Distiller.Builder distiller, String message) {
    assertThatIllegalArgumentException().isThrownBy(distiller::run).withMessageContaining(message);
  }
}
