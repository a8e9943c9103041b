package dev.distill.auto;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Processes elsewhere that run the trials of a {@link TrialExecutor}, each by a {@link
 * TrialWorker}. They get bytes and give bytes: how these come to them is the executor's.
 */
public interface TrialWorkers {

  /** So many trials may run at once. */
  int atOnce();

  /**
   * Brings what the trials of a round are of to where they run, or to where workers fetch it.
   *
   * @throws IOException if it can't be brought there
   */
  Round begin(RoundData data) throws IOException;

  /**
   * Rows, the teacher's answers, and how trials are judged: what {@link TrialWorker#read} reads.
   */
  @FunctionalInterface
  interface RoundData {
    /** Writes it; may be called again. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Trials of the same data. Used by several threads at once. */
  interface Round extends AutoCloseable {

    /**
     * Runs a trial and waits for it. A worker that dies has run nothing: another one runs the
     * trial, and gets the same.
     *
     * @param trial what {@link TrialWorker#run} takes
     * @param stop asked now and then while it runs: true breaks it off
     * @return what {@link TrialWorker#run} gave; empty if it was broken off
     * @throws dev.distill.spi.FitException if it can't be run, as when each worker that tries dies
     */
    Optional<byte[]> run(byte[] trial, BooleanSupplier stop);

    /** Lets go of the data. */
    @Override
    void close();
  }
}
