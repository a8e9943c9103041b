package dev.distill.data;

import dev.distill.runtime.PortableModel;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Fits a family on rows in the form that it wants ({@link Encoding}), and gives a student of rows
 * as they are. Encoded rows are kept for the whole sweep.
 */
public final class EncodedFit {
  private EncodedFit() {}

  /** Fits a student whose logits and portable form take rows as they are. */
  public static FittedStudent fit(
      StudentModel family,
      TrainingSet training,
      Hyperparameters hyperparameters,
      FitContext context) {
    EncodedRows rows =
        switch (family.capabilities().encoding()) {
          case AS_IS -> null;
          case BINNED -> context.shared(training.features(), BinnedRows.class, BinnedRows::new);
          case STANDARDIZED ->
              context.shared(training.features(), StandardizedRows.class, StandardizedRows::new);
        };
    if (rows == null) {
      return family.fit(training, hyperparameters, context);
    }
    FittedStudent fitted =
        family.fit(
            new TrainingSet(rows.training, training.classes(), training.targets()),
            hyperparameters,
            new EncodedContext(context, rows));
    return new EncodedStudent(fitted, rows.encoder);
  }

  /** Training rows in another form, and the validation rows that were last asked for. */
  private abstract static class EncodedRows implements AutoCloseable {
    final RowEncoder encoder;
    final Matrix training;
    private Matrix validation;
    private Matrix encoded;

    EncodedRows(RowEncoder encoder, Matrix rows) {
      this.encoder = encoder;
      training = encoder.encode(rows);
      validation = rows;
      encoded = training;
    }

    synchronized Matrix encode(Matrix rows) {
      if (!rows.equals(validation)) {
        encoded = encoder.encode(rows);
        validation = rows;
      }
      return encoded;
    }

    @Override
    public void close() {}
  }

  private static final class BinnedRows extends EncodedRows {
    BinnedRows(Matrix rows) {
      super(Bins.learn(rows), rows);
    }
  }

  private static final class StandardizedRows extends EncodedRows {
    StandardizedRows(Matrix rows) {
      super(Standardized.learn(rows), rows);
    }
  }

  private record EncodedContext(FitContext context, EncodedRows rows) implements FitContext {
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
      return context.validation().map(this::encoded);
    }

    private Validation encoded(Validation validation) {
      return new Validation() {
        @Override
        public Matrix features() {
          return rows.encode(validation.features());
        }

        @Override
        public double loss(float[] logits) {
          return validation.loss(logits);
        }
      };
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

  private record EncodedStudent(FittedStudent fitted, RowEncoder encoder) implements FittedStudent {
    @Override
    public void logits(Matrix rows, float[] logits) {
      fitted.logits(encoder.encode(rows), logits);
    }

    @Override
    public Optional<PortableModel> portable() {
      return fitted.portable().map(encoder::portable);
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
