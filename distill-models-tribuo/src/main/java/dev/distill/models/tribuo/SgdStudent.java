package dev.distill.models.tribuo;

import dev.distill.runtime.PortableModel;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Optional;
import java.util.function.Function;
import org.tribuo.math.FeedForwardParameters;

/** Parameters that were trained by gradient steps. */
final class SgdStudent implements FittedStudent {
  private final FeedForwardParameters parameters;
  private final Scores scores;
  private final Shape shape;
  private final int epochs;
  private final Function<FeedForwardParameters, PortableModel> portable;
  private volatile boolean closed;

  /**
   * A student.
   *
   * @param epochs what {@link #steps()} says
   * @param portable reads the parameters
   */
  SgdStudent(
      FeedForwardParameters parameters,
      Scores scores,
      int features,
      int epochs,
      Function<FeedForwardParameters, PortableModel> portable) {
    this.parameters = parameters;
    this.scores = scores;
    this.epochs = epochs;
    this.portable = portable;
    shape = new Shape(features, scores.classes());
  }

  @Override
  public void logits(Matrix rows, float[] logits) {
    Shape.open(closed);
    shape.check(rows, logits);
    scores.write(parameters, rows, logits);
  }

  @Override
  public Optional<PortableModel> portable() {
    Shape.open(closed);
    return Optional.of(portable.apply(parameters));
  }

  @Override
  public int steps() {
    return epochs;
  }

  @Override
  public void close() {
    closed = true;
  }
}
