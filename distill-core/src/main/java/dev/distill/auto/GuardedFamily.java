package dev.distill.auto;

import dev.distill.runtime.PortableModel;
import dev.distill.spi.Capabilities;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A family as the sweep sees it: what it says of itself is read and checked once, its code runs
 * with its own class loader as the thread's, and what it returns is checked for its shape.
 */
final class GuardedFamily implements StudentModel {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]+");

  private final StudentModel family;
  private final String id;
  private final String description;
  private final Capabilities capabilities;
  private final Map<TaskShape, SearchSpace> spaces = new ConcurrentHashMap<>();

  /** Asks the family what it is. */
  private GuardedFamily(StudentModel family) {
    this.family = family;
    id = checkedId(family.id());
    int version = family.spiVersion();
    if (version != SPI_VERSION) {
      throw new FitException(
          "'%s' was built for version %s of the student SPI, this is version %s"
              .formatted(id, version, SPI_VERSION));
    }
    description = orElseThrow(family.description(), "it has no description");
    capabilities = orElseThrow(family.capabilities(), "it has no capabilities");
    if (capabilities.level() == null || capabilities.encoding() == null) {
      throw new FitException(
          "its capabilities must have a level and an encoding, got " + capabilities);
    }
  }

  private static String checkedId(@Nullable String id) {
    if (id == null || id.isBlank()) {
      throw new FitException("it has no id");
    }
    if (!ID.matcher(id).matches()) {
      throw new FitException(
          "its id must be of letters, digits, '.', '_' and '-', got '" + id + "'");
    }
    return id;
  }

  private static <T> T orElseThrow(@Nullable T value, String message) {
    if (value == null) {
      throw new FitException(message);
    }
    return value;
  }

  /**
   * Makes a family and asks it what it is, within a time limit.
   *
   * @throws Exception if it can't be used; errors come through as well
   */
  static GuardedFamily of(ClassLoader loader, Supplier<? extends StudentModel> family)
      throws Exception {
    return limited(loader, () -> new GuardedFamily(family.get()));
  }

  private static <T> T limited(@Nullable ClassLoader loader, Supplier<T> code) throws Exception {
    return TimeLimit.call(PATIENCE, "the limit of", () -> false, () -> with(loader, code));
  }

  private static <T> T with(@Nullable ClassLoader loader, Supplier<T> code) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return code.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Runs the family's code; errors that are nobody else's are its failures. */
  private <T> T own(Supplier<T> code) {
    try {
      return with(family.getClass().getClassLoader(), code);
    } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
      throw e;
    } catch (Throwable e) {
      throw new FitException("family '%s' threw %s".formatted(id, Causes.text(e)), e);
    }
  }

  /** The class that was found. */
  Class<?> type() {
    return family.getClass();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  /**
   * {@inheritDoc} The family is asked once for each shape.
   *
   * @throws FitException if it gives none
   */
  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    SearchSpace known = spaces.get(shape);
    if (known == null) {
      known = ask(shape);
      spaces.put(shape, known);
    }
    return known;
  }

  private SearchSpace ask(TaskShape shape) {
    String failed = "family '%s' gives no search space for %s".formatted(id, shape);
    try {
      SearchSpace space =
          limited(family.getClass().getClassLoader(), () -> family.searchSpace(shape));
      if (space == null) {
        throw new FitException("got null");
      }
      for (SearchSpace.Dimension dimension : space.dimensions()) {
        if (dimension.parameter().name() == null) {
          throw new FitException("a hyperparameter has no name: " + dimension.parameter());
        }
      }
      return space;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FitException(failed + ": interrupted", e);
    } catch (Throwable e) {
      throw new FitException(failed + ": " + Causes.reason(e), e);
    }
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    FittedStudent student = own(() -> family.fit(training, hyperparameters, context));
    if (student == null) {
      throw new FitException("family '%s' gave no student: got null".formatted(id));
    }
    return new Student(student, training.features().columns(), training.classes());
  }

  private final class Student implements FittedStudent {
    private final FittedStudent student;
    private final int features;
    private final int classes;

    Student(FittedStudent student, int features, int classes) {
      this.student = student;
      this.features = features;
      this.classes = classes;
    }

    @Override
    public void logits(Matrix rows, float[] logits) {
      // What the family leaves out must not pass for a logit of zero.
      Arrays.fill(logits, Float.NaN);
      own(
          () -> {
            student.logits(rows, logits);
            return this;
          });
    }

    @Override
    public Optional<PortableModel> portable() {
      Optional<PortableModel> portable = own(student::portable);
      if (portable == null) {
        throw new FitException(
            "family '%s': its portable form must be a model or empty, got null".formatted(id));
      }
      portable.ifPresent(this::check);
      return portable;
    }

    private void check(PortableModel model) {
      if (model.features() != features || model.classes() != classes) {
        throw new FitException(
            "family '%s': its portable form must have %s features and %s classes, got %s and %s"
                .formatted(id, features, classes, model.features(), model.classes()));
      }
    }

    @Override
    public int steps() {
      int steps = own(student::steps);
      if (steps < 0) {
        throw new FitException("family '%s': its steps must be >= 0, got %s".formatted(id, steps));
      }
      return steps;
    }

    @Override
    public void close() {
      own(
          () -> {
            student.close();
            return this;
          });
    }
  }
}
