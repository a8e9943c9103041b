package dev.distill.testkit;

import dev.distill.spi.Capabilities;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;

/** A family that remembers what it was given to fit on, in the form in which it was given. */
final class Inputs implements StudentModel {
  private record Kept(String what, float[] before, float[] array) {}

  private final StudentModel family;
  private Kept[] kept = {};

  Inputs(StudentModel family) {
    this.family = family;
  }

  /** Compares what was given with what it was. */
  void check() {
    for (Kept array : kept) {
      Expect.same(array.what, 1, array.before, array.array);
    }
  }

  private static Kept keep(String what, float[] array) {
    return new Kept(what, array.clone(), array);
  }

  private static float[] array(Targets targets) {
    if (targets instanceof Targets.Soft soft) {
      return soft.distribution();
    }
    return targets instanceof Targets.WeightedLabels weighted ? weighted.weights() : new float[0];
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    Matrix watched = context.validation().map(Validation::features).orElse(training.features());
    kept =
        new Kept[] {
          keep("training rows", training.features().values()),
          keep("validation rows", watched.values()),
          keep("targets", array(training.targets()))
        };
    return family.fit(training, hyperparameters, context);
  }

  @Override
  public String id() {
    return family.id();
  }

  @Override
  public int spiVersion() {
    return family.spiVersion();
  }

  @Override
  public String description() {
    return family.description();
  }

  @Override
  public Capabilities capabilities() {
    return family.capabilities();
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    return family.searchSpace(shape);
  }
}
