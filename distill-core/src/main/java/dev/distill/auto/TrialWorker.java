package dev.distill.auto;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Runs trials of a round in another process than the one that asks for them: what comes out of a
 * trial is what would come out of it there. Families are those of its own class path. Safe for
 * several threads.
 */
public final class TrialWorker implements AutoCloseable {
  private final StudentCatalog catalog;
  private final RoundBytes round;
  private final List<LabelSource> sources;
  private final SharedForms shared = new SharedForms();

  private TrialWorker(StudentCatalog catalog, RoundBytes round) {
    this.catalog = catalog;
    this.round = round;
    sources = LabelSource.all(round.data(), round.teacher(), round.inSample(), round.config());
  }

  /**
   * A worker for a round.
   *
   * @param round what {@link TrialWorkers.RoundData} wrote, in the same version of Distill
   * @throws IOException if it can't be read, or is something else
   */
  public static TrialWorker read(InputStream round, StudentCatalog catalog) throws IOException {
    return new TrialWorker(
        catalog, RoundBytes.read(new DataInputStream(new BufferedInputStream(round))));
  }

  /**
   * Runs a trial; whatever goes wrong in it is its outcome too.
   *
   * @param trial as {@link TrialWorkers.Round#run} is given it
   * @param threads cores for the fit
   * @param stop asked between steps: true ends the fit
   * @return the trial's curve and outcome
   * @throws IllegalStateException after {@link #close()}
   */
  public byte[] run(byte[] trial, int threads, BooleanSupplier stop) {
    TrialBytes.Request request = TrialBytes.request(trial);
    List<TrialBytes.Point> curve = new ArrayList<>();
    TrialRunner.Watch watch =
        new TrialRunner.Watch() {
          @Override
          public boolean prune(int step, double loss) {
            // One that took too long may still go on while the answer is written.
            synchronized (curve) {
              curve.add(new TrialBytes.Point(step, loss));
            }
            return request.look();
          }

          @Override
          public Optional<String> tooLong(Duration sinceStart) {
            return Optional.empty();
          }
        };
    TrialRunner runner =
        new TrialRunner(
            catalog, round.data(), round.teacher(), sources, round.config(), shared, stop);
    Cut cut = request.look() ? round.look() : round.cut();
    SharedForms.Use use = shared.use();
    try {
      TrialOutcome outcome = runner.run(request.spec(), cut, threads, watch);
      synchronized (curve) {
        return TrialBytes.of(new TrialBytes.Answer(curve, outcome));
      }
    } finally {
      use.close();
    }
  }

  /** Frees what libraries made of the rows, once no trial uses it any more. */
  @Override
  public void close() {
    shared.close();
  }
}
