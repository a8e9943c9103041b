package dev.distill.testkit;

import dev.distill.runtime.PortableModel;
import dev.distill.spi.Capabilities;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** The correct family, of which a subclass changes one thing. */
abstract class Altered implements StudentModel {
  final Leaves correct;

  Altered() {
    this(TargetLevel.SOFT_TARGETS);
  }

  Altered(TargetLevel level) {
    correct = new Leaves(level);
  }

  @Override
  public String id() {
    return "altered." + getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  @Override
  public int spiVersion() {
    return correct.spiVersion();
  }

  @Override
  public String description() {
    return correct.description();
  }

  @Override
  public Capabilities capabilities() {
    return correct.capabilities();
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    return correct.searchSpace(shape);
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    return correct.fit(training, hyperparameters, context);
  }

  /** The training set with other soft targets. */
  static TrainingSet soft(TrainingSet training, UnaryOperator<float[]> change) {
    float[] distribution = ((Targets.Soft) training.targets()).distribution().clone();
    return new TrainingSet(
        training.features(), training.classes(), new Targets.Soft(change.apply(distribution)));
  }

  /** A student of which a subclass changes one thing. */
  static class Student implements FittedStudent {
    final FittedStudent fitted;

    Student(FittedStudent fitted) {
      this.fitted = fitted;
    }

    @Override
    public void logits(Matrix rows, float[] logits) {
      fitted.logits(rows, logits);
    }

    @Override
    public Optional<PortableModel> portable() {
      return fitted.portable();
    }

    @Override
    public int steps() {
      return fitted.steps();
    }

    @Override
    public void close() {
      fitted.close();
    }
  }

  /** A student whose logits are changed afterwards, and that has no portable form. */
  static final class Changed extends Student {
    private final UnaryOperator<float[]> change;

    Changed(FittedStudent fitted, UnaryOperator<float[]> change) {
      super(fitted);
      this.change = change;
    }

    @Override
    public void logits(Matrix rows, float[] logits) {
      fitted.logits(rows, logits);
      System.arraycopy(change.apply(logits.clone()), 0, logits, 0, logits.length);
    }

    @Override
    public Optional<PortableModel> portable() {
      fitted.portable();
      return Optional.empty();
    }
  }

  /** A context of which a subclass changes one thing. */
  static class Context implements FitContext {
    final FitContext context;

    Context(FitContext context) {
      this.context = context;
    }

    @Override
    public long seed() {
      return context.seed();
    }

    @Override
    public RandomGenerator random(String purpose) {
      return context.random(purpose);
    }

    @Override
    public int threads() {
      return context.threads();
    }

    @Override
    public Optional<Validation> validation() {
      return context.validation();
    }

    @Override
    public void report(int step, double loss) {
      context.report(step, loss);
    }

    @Override
    public <T extends AutoCloseable> T shared(
        Matrix matrix, Class<T> form, Function<Matrix, T> make) {
      return context.shared(matrix, form, make);
    }
  }
}
