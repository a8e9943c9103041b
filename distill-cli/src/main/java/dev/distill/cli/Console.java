package dev.distill.cli;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.SweepListener;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where a run says what it does, in the form that was asked for: text, little of it, or events. */
interface Console {

  /** Follows a sweep. */
  interface Watch extends SweepListener {
    /** The sweep is over; what follows is not written over it. */
    void end();
  }

  /** What came out, for people: the table, the verdict, the last line. */
  PrintWriter out();

  /** What came out in more words. */
  PrintWriter details();

  /** What the user should know on the way, a line each. */
  PrintWriter notes();

  /**
   * Follows a sweep.
   *
   * @param what whose trials they are
   */
  Watch watch(String what);

  /**
   * The run begins.
   *
   * @param options every option as it is in effect, by its name without dashes
   * @param families the families to try
   */
  void begun(Map<String, Object> options, List<String> families);

  /** The sweep is over and everything was measured. */
  void measured(DistillationResult result);

  /** Files were written into a folder. */
  void written(Path folder, List<String> names);

  /** Text: results to one writer, notes and progress to another. */
  static Console text(PrintWriter out, PrintWriter err) {
    return new Text(out, out, err, false);
  }

  /** The table, the verdict and the last line; errors are told by who catches them. */
  static Console quiet(PrintWriter out) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return new Text(out, nowhere, nowhere, true);
  }

  /** Text for people. */
  record Text(PrintWriter out, PrintWriter details, PrintWriter notes, boolean quiet)
      implements Console {
    @Override
    public Watch watch(String what) {
      if (!quiet && Terminal.isLive()) {
        return new LiveTable(notes, Terminal.colours(), Terminal.size(), what);
      }
      return new Progress(notes, what);
    }

    @Override
    public void begun(Map<String, Object> options, List<String> families) {
      // A person has just typed it.
    }

    @Override
    public void measured(DistillationResult result) {
      // Told as a table.
    }

    @Override
    public void written(Path folder, List<String> names) {
      // Told in the last line.
    }
  }
}
