package dev.distill.cli;

import dev.distill.cli.data.InputException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How a run says what it does. */
final class TalkOptions {
  @Option(names = "--quiet", description = "nothing but errors, the table and the last line")
  private boolean quiet;

  @Option(
      names = "--json",
      description =
          "events on standard output instead of text, one JSON object a line (docs/events.md)")
  private boolean json;

  /** Whether events were asked for. */
  boolean json() {
    return json;
  }

  Console console(CommandLine line) {
    if (quiet && json) {
      throw new InputException("--quiet and --json were both given, expected one of them");
    }
    PrintWriter out = line.getOut();
    return json
        ? new JsonEvents(out)
        : quiet ? Console.quiet(out) : Console.text(out, line.getErr());
  }
}
