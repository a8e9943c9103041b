package dev.distill.cli;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import dev.distill.auto.AutoTeacher;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.ServingCost;
import dev.distill.auto.TeacherCatalog;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.cli.data.TableReader;
import dev.distill.data.Answers;
import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The models that answer while a run asks them; or the one that it trains. */
final class TeacherModels implements AutoCloseable {
  /** In place of a model: a teacher that is trained on the training rows' labels. */
  static final String AUTO = "auto";

  /**
   * What was given as a teacher.
   *
   * @param file of probabilities, or null
   * @param models that answer
   */
  record Given(@Nullable Path file, List<String> models) {
    /** Models as other libraries keep them: no tables, whether something here opens them or not. */
    private static final Pattern KEPT =
        Pattern.compile(".*\\.(joblib|pkl|pickle|pt|pth|h5|keras|cbm|pmml)", CASE_INSENSITIVE);

    private static final String XGBOOST_JSON = "{\"learner\"";

    /**
     * Parts files of probabilities from models: those that something here opens, but no JSON that
     * may be a table.
     *
     * @param teachers files or models, as {@code --teacher} takes them
     * @param models models alone, as {@code --teacher-model} does
     */
    static Given of(List<String> teachers, List<String> models, TeacherCatalog catalog) {
      List<String> files = new ArrayList<>(teachers);
      files.removeIf(place -> isModel(place, catalog));
      List<String> answering = new ArrayList<>(teachers);
      answering.removeAll(files);
      answering.addAll(models);
      if (files.size() > 1) {
        throw new InputException(
            "--teacher: expected one file of probabilities, got %s and %s; of models that answer"
                    .formatted(files.get(0), files.get(1))
                + " the mean counts");
      }
      return new Given(files.isEmpty() ? null : Path.of(files.get(0)), List.copyOf(answering));
    }

    private static boolean isModel(String place, TeacherCatalog catalog) {
      if (TableReader.isJson(place)) {
        return startsWith(place, XGBOOST_JSON);
      }
      return place.equals(AUTO) || catalog.opens(place) || KEPT.matcher(place).matches();
    }

    private static boolean startsWith(String place, String text) {
      try (InputStream in = Files.newInputStream(Path.of(place))) {
        return text.equals(new String(in.readNBytes(text.length()), StandardCharsets.UTF_8));
      } catch (IOException | InvalidPathException e) {
        return false;
      }
    }
  }

  private static final long QUIET_NANOS = 2_000_000_000L;
  private static final long LIVE_NANOS = 200_000_000L;

  private final List<String> places;
  private final List<TeacherModel> models = new ArrayList<>();
  private final Function<Dataset, AutoTeacher> training;
  private final PrintWriter err;
  private @Nullable AutoTeacher auto;
  private Duration trained = Duration.ZERO;
  private @Nullable Answers answers;
  private long shown = System.nanoTime();

  private TeacherModels(
      List<String> places, Function<Dataset, AutoTeacher> training, PrintWriter err) {
    this.places = places;
    this.training = training;
    this.err = err;
  }

  /**
   * Opens models; none is fine, and {@link #AUTO} is to be trained.
   *
   * @param training makes a teacher of labelled rows
   */
  static TeacherModels open(
      List<String> places,
      TeacherCatalog catalog,
      Function<Dataset, AutoTeacher> training,
      PrintWriter err) {
    TeacherModels teachers = new TeacherModels(places, training, err);
    if (places.isEmpty() || teachers.isToBeTrained()) {
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

  /** Whether the teacher is still to be trained. */
  boolean isToBeTrained() {
    return models.isEmpty() && places.contains(AUTO);
  }

  /** Trains the teacher; from now on it answers. */
  AutoTeacher train(Dataset rows) {
    long start = System.nanoTime();
    AutoTeacher teacher = training.apply(rows);
    models.add(teacher);
    auto = teacher;
    answers = new Answers(models, this::progress);
    trained = Duration.ofNanos(System.nanoTime() - start);
    return teacher;
  }

  /** What a teacher that was trained leaves of a configuration; all of it where none was. */
  DistillConfig rest(DistillConfig config) {
    if (auto == null) {
      return config;
    }
    DistillConfig rest = config.afterTraining(auto, trained);
    if (!rest.limits().equals(config.limits())) {
      err.printf(
          Locale.ROOT,
          "teacher: it takes about %,.0f ns for a row, its student may take %,.0f (--max-latency or"
              + " --max-bytes says otherwise)%n",
          auto.nanos(),
          rest.limits().nanos());
    }
    return rest;
  }

  /** A loader that asks the models, if there are any. */
  DataLoader in(DataLoader loader) {
    return answers == null ? loader : loader.asking(answers);
  }

  /** What was asked, if anything was. */
  @Nullable Answers answers() {
    return answers;
  }

  /** What is asked where there is a teacher that answers. */
  Answers asked() {
    return Objects.requireNonNull(answers, "there is a model");
  }

  /**
   * What an answer of the teachers would cost as student files; null if one can't be that.
   *
   * @param rows feature columns of some rows
   */
  @Nullable ServingCost cost(Table rows, List<String> classes) {
    List<String> columns = rows.columns().stream().map(Table.Column::name).toList();
    ServingCost cost = null;
    for (TeacherModel model : models) {
      List<StudentFile> files = model.portable(columns, classes);
      if (files.isEmpty()) {
        return null;
      }
      for (StudentFile file : files) {
        Matrix features = new FeatureEncoder(file.schema()).encode(rows);
        ServingCost own = ServingCost.measure(file, features.values(), features.rows());
        cost = cost == null ? own : cost.plus(own);
      }
    }
    return cost;
  }

  /** Says how fast the answers came, and notes which files they came from. */
  void report(Map<String, String> hashes) {
    if (answers != null) {
      err.print(Terminal.isLive() ? Terminal.OVER : "");
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

  /** One line that is rewritten on a terminal; elsewhere a line now and then. */
  private void progress(long rows) {
    long now = System.nanoTime();
    boolean terminal = Terminal.isLive();
    if (now - shown >= (terminal ? LIVE_NANOS : QUIET_NANOS)) {
      shown = now;
      String line = String.format(Locale.ROOT, "teacher: %,d rows answered", rows);
      err.print(terminal ? Terminal.OVER + line : line + System.lineSeparator());
      err.flush();
    }
  }

  @Override
  public void close() {
    models.forEach(TeacherModel::close);
  }
}
