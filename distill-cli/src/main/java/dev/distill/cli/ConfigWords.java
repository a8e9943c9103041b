package dev.distill.cli;

import dev.distill.cli.data.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Puts what {@code --config} names before the words of a command line, unless they say it too. */
final class ConfigWords implements IParameterPreprocessor {
  private static final String OPTION = "--config";

  @Override
  @SuppressWarnings("JdkObsolete") // picocli's own
  public boolean preprocess(
      Stack<String> args, CommandSpec command, @Nullable ArgSpec option, Map<String, Object> info) {
    List<String> words = new ArrayList<>(args);
    Collections.reverse(words);
    Path file = file(words);
    if (file == null) {
      return false;
    }
    Set<String> given = RunConfig.given(words);
    try {
      List<String> more = RunConfig.read(file, command).words(given);
      Collections.reverse(more);
      args.addAll(more);
    } catch (InputException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
    return false;
  }

  private static @Nullable Path file(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--")) {
        return null;
      }
      if (word.startsWith(OPTION + "=")) {
        return Path.of(word.substring(OPTION.length() + 1));
      }
      if (word.equals(OPTION) && i + 1 < words.size()) {
        return Path.of(words.get(i + 1));
      }
    }
    return null;
  }
}
