package dev.distill.cli;

import dev.distill.spi.Names;
import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What to say after a message, so that who reads it knows what to do. */
final class NextStep {
  private static final Pattern NO_FILE = Pattern.compile("(.+): (there is no|no) such file");

  private NextStep() {}

  /** A message with the nearest name where a file is not there. */
  static String of(String message) {
    Matcher missing = NO_FILE.matcher(message);
    return missing.matches() ? message + where(missing.group(1)) : message;
  }

  private static String where(String file) {
    File folder;
    try {
      Path parent = Path.of(file).toAbsolutePath().normalize().getParent();
      folder = parent == null ? new File("/") : parent.toFile();
    } catch (InvalidPathException e) {
      return "";
    }
    String[] names = folder.list();
    if (names == null) {
      return ", and no folder " + folder;
    }
    List<String> known = Arrays.stream(names).sorted().toList();
    return " in " + folder + Names.nearest(new File(file).getName(), known);
  }

  /** What is wrong with a command line; for an unknown word with the nearest known one. */
  static String of(ParameterException e) {
    // A misspelt option that is required is missing, which is told first.
    List<String> unknown =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched.getUnmatched()
            : e instanceof MissingParameterException
                ? e.getCommandLine().getUnmatchedArguments()
                : List.of();
    if (unknown.isEmpty()) {
      return String.valueOf(e.getMessage());
    }
    CommandSpec command = e.getCommandLine().getCommandSpec();
    String word = unknown.get(0).split("=", 2)[0];
    if (word.startsWith("-")) {
      List<String> options =
          command.options().stream().flatMap(o -> Arrays.stream(o.names())).toList();
      return "Unknown option '%s'%s".formatted(word, Names.nearest(word, options));
    }
    if (!command.subcommands().isEmpty()) {
      return "Unknown command '%s'%s"
          .formatted(word, Names.suggestion(word, command.subcommands().keySet()));
    }
    return "Unexpected '%s': options begin with --, and values with blanks need quotes"
        .formatted(word);
  }
}
