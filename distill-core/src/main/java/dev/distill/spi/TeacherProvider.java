package dev.distill.spi;

import java.io.IOException;

/**
 * Opens models of one kind as teachers that answer. Found by {@link java.util.ServiceLoader} like
 * student families, so its constructor does no work and loads no native library.
 */
public interface TeacherProvider {

  /** What it is called, such as "xgboost". */
  String id();

  /** Which places it opens, for messages and help: such as "XGBoost models: .ubj, .json". */
  String opens();

  /** Whether a place, a file's path or an address, is of its kind; by the name alone. */
  boolean opens(String place);

  /**
   * Opens a model.
   *
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it is no model of this kind, or no classifier; says what it
   *     is
   */
  TeacherModel open(String place) throws IOException;
}
