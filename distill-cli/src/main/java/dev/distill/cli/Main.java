package dev.distill.cli;

import dev.distill.auto.SweepException;
import dev.distill.auto.Version;
import dev.distill.cli.data.InputException;
import dev.distill.search.StoreException;
import dev.distill.spi.FitException;
import dev.distill.spi.NoAnswerException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The {@code distill} program. */
@Command(
    name = "distill",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionText.class,
    description = {
      "Turns any classifier's class probabilities into a small, fast student for tabular data.",
      ""
    },
    footer = {
      "",
      "Start with 'distill demo'. Help on a command: 'distill COMMAND --help'.",
      "Exit codes: 0 all went well, 1 it failed, 2 usage or input was wrong."
    },
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      ReportCommand.class,
      CompareCommand.class,
      MlflowCommand.class,
      AugmentCommand.class,
      PredictCommand.class,
      ServeCommand.class,
      InspectCommand.class,
      MonitorCommand.class,
      CheckCommand.class,
      ExportCommand.class,
      VerifyCommand.class,
      StudentsCommand.class,
      StudiesCommand.class,
      PickCommand.class,
      WorkerCommand.class,
      RerunCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      ManCommand.class
    })
public final class Main implements Runnable {
  private static final String SLF4J = "slf4j.internal.verbosity";

  /** All went well. */
  static final int OK = 0;

  /** The work failed. */
  static final int FAILED = 1;

  /** Usage or input was wrong. */
  static final int INPUT = 2;

  private static final int LONGEST_MESSAGE = 2_000;

  /** Commands that tell of themselves by events. */
  private static final Set<String> RUNS = Set.of("run", "rerun");

  @Spec private CommandSpec spec;

  private Main() {
    spec = CommandSpec.create();
  }

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    // Files and messages are the same everywhere: no Arabic digits, no decimal commas.
    Locale.setDefault(Locale.ROOT);
    // Libraries log to SLF4J, if it is there; that nobody listens is meant.
    if (System.getProperty(SLF4J) == null) {
      System.setProperty(SLF4J, "ERROR");
    }
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    PrintWriter out = new PrintWriter(output, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = execute(out, err, args);
    out.flush();
    if (output.failure != null && code == OK) {
      err.println("distill: standard output can't be written: " + output.failure);
      code = FAILED;
    }
    System.exit(code);
  }

  /** Remembers why it could not be written, which a writer that prints does not tell. */
  private static final class StandardOutput extends FilterOutputStream {
    private @Nullable String failure;

    StandardOutput(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        String reason = String.valueOf(e.getMessage());
        // Who reads no more, as 'head' does after some lines, wants to know no more.
        failure = reason.contains("pipe") ? null : reason;
        throw e;
      }
    }
  }

  /** Runs a command; gives its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    try {
      return executeWithin(out, err, args);
    } catch (OutOfMemoryError e) {
      err.printf(
          "distill: out of memory, the heap is %,d MB; allow more by DISTILL_JAVA_OPTS=-Xmx4g, or"
              + " give fewer rows or --threads%n",
          Runtime.getRuntime().maxMemory() >> 20);
      return FAILED;
    } catch (StackOverflowError e) {
      err.println("distill: out of stack; allow more by DISTILL_JAVA_OPTS=-Xss16m");
      return FAILED;
    }
  }

  private static int executeWithin(PrintWriter out, PrintWriter err, String... args) {
    return commandLine()
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(Main::explain)
        .setParameterExceptionHandler(Main::usage)
        .execute(args);
  }

  /** All commands. */
  static CommandLine commandLine() {
    return commandLine(new Main());
  }

  /** A command that reads its arguments as all of ours do. */
  static CommandLine commandLine(Object command) {
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true);
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int usage(CommandLine.ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String message = NextStep.of(NextStep.of(e));
    command.getErr().println("distill: " + message);
    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    tell(command, List.of(args), message, INPUT);
    return INPUT;
  }

  /** One line for what a user can mend; the whole trace for what only we can. */
  private static int explain(Exception e, CommandLine command, ParseResult parsed)
      throws Exception {
    if (!isTold(e)) {
      tell(command, parsed.expandedArgs(), String.valueOf(e), FAILED);
      throw e;
    }
    int code = isInput(e) ? INPUT : FAILED;
    String message = NextStep.of(oneLine(e));
    command.getErr().println("distill: " + message);
    tell(command, parsed.expandedArgs(), message, code);
    return code;
  }

  private static boolean isInput(Exception e) {
    return e instanceof InputException
        || e instanceof IllegalArgumentException
        || e instanceof IOException
        || e instanceof StoreException
        || e instanceof NoAnswerException;
  }

  /** Whether a user is told in one line. */
  static boolean isTold(Exception e) {
    return isInput(e)
        || e instanceof SweepException
        || e instanceof FitException
        || e instanceof MlflowServer.Failure;
  }

  /** Who follows events is told by one, too. */
  private static void tell(CommandLine command, List<String> args, String message, int code) {
    boolean json =
        args.contains("--json")
            || (command.getCommand() instanceof RunCommand run && run.talk().json());
    if (json && RUNS.contains(command.getCommandName())) {
      new JsonEvents(command.getOut()).failed(message, code);
    }
  }

  /**
   * A message on one line that a terminal shows as it is: names in it come from files, and may be
   * of any length and hold what moves a cursor.
   */
  static String oneLine(Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    if (message.length() > LONGEST_MESSAGE) {
      // What is wrong stands at the beginning, what is allowed at the end.
      message =
          message.substring(0, LONGEST_MESSAGE / 2)
              + " … "
              + message.substring(message.length() - LONGEST_MESSAGE / 2);
    }
    return message
        .strip()
        .replaceAll("\\s*\\R\\s*", " ")
        .replaceAll("[\\p{Cc}\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]", "?");
  }

  /** The version of Distill and of Java. */
  static final class VersionText implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "distill " + Version.current() + " on Java " + System.getProperty("java.version")
      };
    }
  }
}
