package dev.distill.spi;

/**
 * A student family, such as {@code xgboost.trees}: the interface that a plug-in implements and
 * names in {@code META-INF/services/dev.distill.spi.StudentModel}.
 *
 * <p>Implementations are stateless, have a public constructor without arguments that does no work,
 * and load native libraries at the first {@link #fit}. They must be safe to call from several
 * threads at once.
 */
public interface StudentModel {

  /** The version of this interface; a provider returns it from {@link #spiVersion()}. */
  int SPI_VERSION = 1;

  /** A name unique among all families: {@code library.kind}, lower case. */
  String id();

  /**
   * Return {@link #SPI_VERSION}: the compiler writes in the version that the provider was built
   * for.
   */
  int spiVersion();

  /** One line for people: what it is and what it is good for. */
  String description();

  /** What the family can do. */
  Capabilities capabilities();

  /** The hyperparameters with bounds and defaults: the only place where defaults stand. */
  SearchSpace searchSpace(TaskShape shape);

  /**
   * Trains one student.
   *
   * @throws FitException if this data can't be learned by this family
   * @throws FitCancelledException if {@link FitContext#report} said to stop
   */
  FittedStudent fit(TrainingSet training, Hyperparameters hyperparameters, FitContext context);
}
