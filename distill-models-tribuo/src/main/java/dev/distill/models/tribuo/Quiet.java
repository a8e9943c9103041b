package dev.distill.models.tribuo;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.tribuo.common.sgd.AbstractSGDTrainer;

/**
 * Keeps Tribuo from printing: by default java.util.logging writes what is INFO to standard error,
 * and that is what a trainer tells of each fit. A level that the user gave Tribuo stays.
 */
final class Quiet {
  /** Held, as the log manager may forget a logger that nobody holds, and its level. */
  private static final Logger TRAINER = Logger.getLogger(AbstractSGDTrainer.class.getName());

  private Quiet() {}

  static synchronized void please() {
    for (Logger logger = TRAINER; logger != null && !logger.getName().isEmpty(); ) {
      if (logger.getLevel() != null) {
        return;
      }
      logger = logger.getParent();
    }
    TRAINER.setLevel(Level.WARNING);
  }
}
