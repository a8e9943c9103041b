package dev.distill.cli;

import dev.distill.auto.ServingCost;
import dev.distill.auto.TeacherCatalog;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.data.Answers;
import dev.distill.data.FeatureEncoder;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The models of {@code --teacher-model} while a run asks them. */
final class TeacherModels implements AutoCloseable {
  private static final long QUIET_NANOS = 2_000_000_000L;

  private final List<String> places;
  private final List<TeacherModel> models = new ArrayList<>();
  private final PrintWriter err;
  private @Nullable Answers answers;
  private long shown = System.nanoTime();

  private TeacherModels(List<String> places, PrintWriter err) {
    this.places = places;
    this.err = err;
  }

  /** Opens models; none is fine. */
  static TeacherModels open(List<String> places, TeacherCatalog catalog, PrintWriter err) {
    TeacherModels teachers = new TeacherModels(places, err);
    if (places.isEmpty()) {
      return teachers;
    }
    try {
      for (String place : places) {
        teachers.models.add(catalog.open(place));
      }
    } catch (IOException | IllegalArgumentException e) {
      teachers.close();
      throw new InputException(String.valueOf(e.getMessage()), e);
    }
    teachers.answers = new Answers(teachers.models, teachers::progress);
    return teachers;
  }

  /** A loader that asks the models, if there are any. */
  DataLoader in(DataLoader loader) {
    return answers == null ? loader : loader.asking(answers);
  }

  /** What was asked, if anything was. */
  @Nullable Answers answers() {
    return answers;
  }

  /**
   * What an answer of the teacher would cost as a student file; null if it can't be one.
   *
   * @param rows feature columns of some rows
   */
  @Nullable ServingCost cost(Table rows, List<String> classes) {
    if (models.size() != 1) {
      return null;
    }
    List<String> columns = rows.columns().stream().map(Table.Column::name).toList();
    return models
        .get(0)
        .portable(columns, classes)
        .map(
            file -> {
              Matrix features = new FeatureEncoder(file.schema()).encode(rows);
              return ServingCost.measure(file, features.values(), features.rows());
            })
        .orElse(null);
  }

  /** Says how fast the answers came, and notes which files they came from. */
  void report(Map<String, String> hashes) {
    if (answers != null) {
      answers.teachers().forEach(teacher -> err.println("teacher: " + teacher));
      err.printf(
          Locale.ROOT,
          "teacher: answered %,d rows, %,.0f a second%n",
          answers.rows(),
          answers.rowsPerSecond());
      for (String place : places) {
        File file = new File(place);
        if (file.isFile()) {
          hashes.put(place, DataLoader.sha256(file.toPath()));
        }
      }
    }
  }

  private void progress(long rows) {
    long now = System.nanoTime();
    if (now - shown >= QUIET_NANOS) {
      shown = now;
      err.printf(Locale.ROOT, "teacher: %,d rows answered%n", rows);
      err.flush();
    }
  }

  @Override
  public void close() {
    models.forEach(TeacherModel::close);
  }
}
