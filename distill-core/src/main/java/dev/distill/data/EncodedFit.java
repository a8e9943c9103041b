package dev.distill.data;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Fits a family on rows in the form that it wants ({@link Encoding}), and gives a student of rows
 * as they are. Encoded rows are kept for the whole sweep.
 */
public final class EncodedFit {
  private EncodedFit() {}

  /** As the other one, for features that are plain numbers. */
  public static FittedStudent fit(
      StudentModel family,
      TrainingSet training,
      Hyperparameters hyperparameters,
      FitContext context) {
    List<String> names =
        IntStream.range(0, training.features().columns()).mapToObj(j -> "x" + j).toList();
    return fit(family, Schema.numbers(names), training, hyperparameters, context);
  }

  /**
   * Fits a student whose logits and portable form take rows as they are.
   *
   * @param schema what the features are
   */
  public static FittedStudent fit(
      StudentModel family,
      Schema schema,
      TrainingSet training,
      Hyperparameters hyperparameters,
      FitContext context) {
    EncodedRows rows =
        switch (family.capabilities().encoding()) {
          case AS_IS -> null;
          case BINNED -> context.shared(training.features(), BinnedRows.class, BinnedRows::new);
          case STANDARDIZED ->
              context.shared(
                  training.features(),
                  StandardizedRows.class,
                  matrix -> new StandardizedRows(matrix, schema));
          case HINGED ->
              context.shared(
                  training.features(), HingedRows.class, matrix -> new HingedRows(matrix, schema));
        };
    if (rows == null) {
      return family.fit(training, hyperparameters, context);
    }
    Optional<Validation> validation = context.validation().map(watched -> encoded(watched, rows));
    FittedStudent fitted =
        family.fit(
            new TrainingSet(rows.training(), training.classes(), training.targets()),
            hyperparameters,
            new EncodedContext(context, validation));
    return new EncodedStudent(fitted, rows);
  }

  private static Validation encoded(Validation validation, EncodedRows rows) {
    Matrix features = rows.watch(validation.features());
    return new Validation() {
      @Override
      public Matrix features() {
        return features;
      }

      @Override
      public double loss(float[] logits) {
        return validation.loss(logits);
      }
    };
  }

  /**
   * Training rows in another form, and the validation rows that were last watched: the same objects
   * each time, so that a family finds the forms that it shares.
   */
  private abstract static class EncodedRows implements AutoCloseable {
    final RowEncoder encoder;
    private @Nullable Matrix training;
    private @Nullable Matrix watched;
    private @Nullable Matrix encoded;

    EncodedRows(RowEncoder encoder, Matrix rows) {
      this.encoder = encoder;
      training = encoder.encode(rows);
    }

    synchronized Matrix training() {
      return Objects.requireNonNull(training, "the sweep is over");
    }

    synchronized Matrix watch(Matrix rows) {
      Matrix known = encoded;
      if (known == null || !rows.equals(watched)) {
        known = encoder.encode(rows);
        watched = rows;
        encoded = known;
      }
      return known;
    }

    Matrix encode(Matrix rows) {
      synchronized (this) {
        if (encoded != null && rows.equals(watched)) {
          return encoded;
        }
      }
      return encoder.encode(rows);
    }

    /** Lets go of all rows; students that outlive the sweep need the encoder alone. */
    @Override
    public synchronized void close() {
      training = null;
      watched = null;
      encoded = null;
    }
  }

  private static final class BinnedRows extends EncodedRows {
    BinnedRows(Matrix rows) {
      super(Bins.learn(rows), rows);
    }
  }

  private static final class StandardizedRows extends EncodedRows {
    StandardizedRows(Matrix rows, Schema schema) {
      super(Standardized.learn(rows, schema), rows);
    }
  }

  private static final class HingedRows extends EncodedRows {
    HingedRows(Matrix rows, Schema schema) {
      super(Hinged.learn(rows, schema), rows);
    }
  }

  private record EncodedContext(FitContext context, Optional<Validation> validation)
      implements FitContext {
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
    public void report(int step, double loss) {
      context.report(step, loss);
    }

    @Override
    public <T extends AutoCloseable> T shared(
        Matrix matrix, Class<T> form, Function<Matrix, T> make) {
      return context.shared(matrix, form, make);
    }
  }

  private static final class EncodedStudent implements FittedStudent {
    private final FittedStudent fitted;
    private final EncodedRows rows;

    EncodedStudent(FittedStudent fitted, EncodedRows rows) {
      this.fitted = fitted;
      this.rows = rows;
    }

    @Override
    public void logits(Matrix features, float[] logits) {
      fitted.logits(rows.encode(features), logits);
    }

    @Override
    public Optional<PortableModel> portable() {
      return fitted.portable().map(rows.encoder::portable);
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
}
