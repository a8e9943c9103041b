package dev.distill.cli;

import dev.distill.auto.Version;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code distill rerun}: a run once more, from its folder. */
@Command(
    name = "rerun",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis = "distill rerun DIR [--out NEW] [options of distill run]",
    description = {
      "Repeats the run of a folder from its run.yaml and tells whether the student is the same, byte"
          + " for byte.",
      "",
      "Data files must be what they were; options given here take the place of the run's. Exit code"
          + " 0: the same student, 1: another one, 2: it could not be repeated.",
      ""
    },
    footer = {"", "Example:", "  distill rerun runs/income --out runs/again"})
final class RerunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "DIR", description = "the folder of the run")
  private Path folder = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "NEW",
      description = "folder for what comes out (default: DIR-rerun)")
  private @Nullable Path out;

  @Unmatched private List<String> others = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    RunCommand run = new RunCommand();
    CommandLine line = Main.commandLine(run);
    line.setOut(spec.commandLine().getOut()).setErr(spec.commandLine().getErr());
    RunConfig made = read(line.getCommandSpec());
    Path to = out == null ? beside() : out;
    if (Files.exists(to) && Files.exists(folder) && Files.isSameFile(to, folder)) {
      throw new InputException(to + ": is the folder of the run itself; give another --out");
    }
    Set<String> instead = RunConfig.given(others);
    List<String> changes = check(made, instead);
    Set<String> without = new HashSet<>(Arguments.PLACES);
    without.addAll(instead);
    List<String> words = new ArrayList<>(made.words(without));
    words.addAll(others);
    words.add("--out=" + to);
    try {
      line.parseArgs(words.toArray(new String[0]));
    } catch (ParameterException e) {
      throw new ParameterException(spec.commandLine(), NextStep.of(e), e);
    }
    Console console = run.talk().console(spec.commandLine());
    changes.forEach(change -> console.notes().println("note: " + change));
    run.execute(console);
    return compare(made, to, changes, console);
  }

  private RunConfig read(CommandSpec run) {
    Path file = folder.resolve(RunRecord.NAME);
    if (!Files.exists(file)) {
      throw new InputException(
          Files.isDirectory(folder)
              ? "%s: there is no such file; expected the folder of a 'distill run', which writes it"
                  .formatted(file)
              : "%s: there is no such folder, expected that of a 'distill run'".formatted(folder));
    }
    RunConfig made = RunConfig.read(file, run);
    if (made.noted(RunRecord.STUDENT).isEmpty()) {
      throw new InputException(
          "%s: does not say what the run made; run it with 'distill run --config %s'"
              .formatted(file, file));
    }
    return made;
  }

  private Path beside() {
    Path absolute = folder.toAbsolutePath().normalize();
    String name = absolute.getFileName() + "-rerun";
    return folder.getParent() == null && folder.normalize().toString().isEmpty()
        ? absolute.resolveSibling(name)
        : folder.normalize().resolveSibling(folder.normalize().getFileName() + "-rerun");
  }

  /**
   * Checks that the files are what they were.
   *
   * @param instead options that are given here
   * @return what is not as it was, in words
   * @throws InputException if a file that is to be read again is gone or was changed
   */
  private List<String> check(RunConfig made, Set<String> instead) {
    List<String> changes = new ArrayList<>();
    for (Map.Entry<String, List<String>> option : made.options().entrySet()) {
      for (String value : option.getValue()) {
        String hash = made.files().get(value);
        if (hash == null || instead.contains(option.getKey())) {
          continue;
        }
        Path file = Path.of(value);
        if (!Files.isRegularFile(file)) {
          throw new InputException(
              "%s: it is gone since the run; say where it is with %s F"
                  .formatted(file, option.getKey()));
        }
        String now = DataLoader.sha256(file);
        if (!now.equals(hash)) {
          throw new InputException(
              "%s: it was changed since the run (SHA-256 %s, now %s); give the file as it was, or this"
                      .formatted(file, start(hash), start(now))
                  + " one for another student, with %s F".formatted(option.getKey()));
        }
      }
    }
    instead.stream()
        .filter(option -> !Arguments.PLACES.contains(option))
        .sorted()
        .forEach(option -> changes.add(option + " is given here"));
    note(changes, "Distill", made.noted(RunRecord.DISTILL).orElse("?"), Version.current());
    note(
        changes,
        "Java",
        made.noted(RunRecord.JAVA).orElse("?"),
        System.getProperty("java.version"));
    if (made.noted(RunRecord.ENDED_EARLY).orElse("").equals("true")) {
      changes.add("the run was ended early, and how far it came depended on the clock");
    }
    return changes;
  }

  private static void note(List<String> changes, String what, String was, String is) {
    if (!was.equals(is)) {
      changes.add("the run was made by %s %s, this is %s".formatted(what, was, is));
    }
  }

  private static String start(String hash) {
    return hash.substring(0, Math.min(12, hash.length()));
  }

  private int compare(RunConfig made, Path to, List<String> changes, Console console) {
    String was = made.noted(RunRecord.STUDENT).orElse("");
    String is = DataLoader.sha256(to.resolve("student.distill"));
    boolean same = was.equals(is);
    String why = same ? "" : String.join("; ", changes);
    if (console instanceof JsonEvents events) {
      events.repeated(same, was, is, why);
    }
    console
        .out()
        .println(
            same
                ? "The student is the same, byte for byte (SHA-256 " + start(is) + ")."
                : "The student is another one: SHA-256 %s, was %s%s."
                    .formatted(start(is), start(was), why.isEmpty() ? "" : ": " + why));
    console.out().flush();
    return same ? Main.OK : Main.FAILED;
  }
}
