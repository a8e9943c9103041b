package dev.distill.models.smile;

import org.slf4j.LoggerFactory;

/**
 * What must be done before the first class of Smile's is loaded. Smile logs through SLF4J, which
 * says on stderr that it found nothing to log to; a library does not print.
 */
final class SmileLibrary {
  private static final String VERBOSITY = "slf4j.internal.verbosity";

  static {
    String own = System.getProperty(VERBOSITY);
    if (own == null) {
      System.setProperty(VERBOSITY, "ERROR");
    }
    // SLF4J looks for something to log to here, and reads the property once.
    LoggerFactory.getILoggerFactory();
    if (own == null) {
      System.clearProperty(VERBOSITY);
    }
  }

  private SmileLibrary() {}

  /** Does it once. */
  static void load() {}
}
