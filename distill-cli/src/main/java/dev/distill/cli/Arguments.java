package dev.distill.cli;

import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.search.StudyStore;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code distill run} was given, as its studies keep it, so that a trial can be taken later.
 *
 * @param options the values of each option by its name, files with their whole path; none of a flag
 * @param files SHA-256 of each file that was read, by its whole path
 */
record Arguments(Map<String, List<String>> options, Map<String, String> files) {
  private static final String OPTIONS = "arguments";
  private static final String FILES = "files";

  /** Each run has one of these, whatever its plan. */
  private static final String TWIN = "/twin";

  /** These say where results and trials go, and how it is told: for each command to say. */
  static final Set<String> PLACES =
      Set.of(
          "--out",
          "--study",
          "--study-name",
          "--resume",
          "--config",
          "--summary",
          "--quiet",
          "--json");

  /** The arguments of a command that is running. */
  static Arguments of(ParseResult parsed) {
    Map<String, List<String>> options = new LinkedHashMap<>();
    for (OptionSpec option : parsed.matchedOptions()) {
      if (!PLACES.contains(option.longestName())) {
        boolean path = option.auxiliaryTypes()[0] == Path.class;
        List<String> values = new ArrayList<>();
        if (option.arity().max() > 0) {
          for (String value : option.originalStringValues()) {
            // A teacher is a file, or an address, or to be trained.
            boolean file = path && !value.equals(TeacherModels.AUTO);
            values.add(file || new File(value).isFile() ? absolute(value) : value);
          }
        }
        options.put(option.longestName(), values);
      }
    }
    return new Arguments(options, Map.of());
  }

  /** The same with the SHA-256 of each file by its path as given. */
  Arguments with(Map<String, String> hashes) {
    Map<String, String> absolute = new LinkedHashMap<>();
    hashes.forEach((path, hash) -> absolute.put(absolute(path), hash));
    return new Arguments(options, absolute);
  }

  private static String absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize().toString();
  }

  /** As a study keeps them. */
  Map<String, Object> notes() {
    return Map.of(OPTIONS, options, FILES, files);
  }

  /**
   * The arguments of the run that made these studies.
   *
   * @param place where the store is, for messages
   * @param name what the run's studies are called before the slash
   * @throws InputException if there are none
   */
  static Arguments kept(StudyStore store, String place, String name) {
    String study = name + TWIN;
    Map<String, Object> attributes =
        store
            .find(study)
            .orElseThrow(
                () ->
                    new InputException(
                        "there is no study '%s' in %s, expected one of %s"
                            .formatted(
                                name,
                                place,
                                store.studies().stream()
                                    .filter(other -> other.endsWith(TWIN))
                                    .map(o -> o.substring(0, o.length() - TWIN.length()))
                                    .toList())))
            .userAttributes();
    if (!(attributes.get(OPTIONS) instanceof Map<?, ?> noted)
        || !(attributes.get(FILES) instanceof Map<?, ?> hashes)) {
      throw new InputException(
          "study '%s' in %s does not say what it was made from; 'distill run --study' notes it"
              .formatted(name, place));
    }
    Map<String, List<String>> options = new LinkedHashMap<>();
    noted.forEach(
        (option, values) ->
            options.put(
                String.valueOf(option),
                values instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : List.of()));
    Map<String, String> files = new LinkedHashMap<>();
    hashes.forEach((path, hash) -> files.put(String.valueOf(path), String.valueOf(hash)));
    return new Arguments(options, files);
  }

  /**
   * Parses them as a command line of {@code distill run}, and checks that the files are the same.
   *
   * @param command what the user typed, to which errors belong
   * @param run takes the options
   * @param instead options that take the place of those of the same name
   * @param places where results and trials go
   */
  void parse(CommandLine command, CommandLine run, List<String> instead, List<String> places) {
    List<String> words = line(instead);
    words.addAll(places);
    try {
      run.parseArgs(words.toArray(new String[0]));
    } catch (ParameterException e) {
      throw new ParameterException(command, NextStep.of(e), e);
    }
    check(instead);
  }

  /** As a command line, where options of another one take the place of those of the same name. */
  private List<String> line(List<String> instead) {
    List<String> line = new ArrayList<>();
    without(instead)
        .forEach(
            (option, values) -> {
              if (values.isEmpty()) {
                line.add(option);
              }
              values.forEach(value -> line.add(option + "=" + value));
            });
    line.addAll(instead);
    return line;
  }

  private Map<String, List<String>> without(List<String> instead) {
    Map<String, List<String>> rest = new LinkedHashMap<>(options);
    instead.forEach(word -> rest.remove(word.split("=", 2)[0]));
    return rest;
  }

  /**
   * Checks that the files which are to be read again are what they were.
   *
   * @param instead as in {@link #line}
   * @throws InputException if one is gone or was changed, with its option
   */
  private void check(List<String> instead) {
    without(instead)
        .forEach(
            (option, values) -> {
              for (String value : values) {
                String hash = files.get(value);
                if (hash != null && !Files.isRegularFile(Path.of(value))) {
                  throw new InputException(
                      "%s: it is gone since the run; say where it is with %s"
                          .formatted(value, option));
                }
                if (hash != null && !hash.equals(DataLoader.sha256(Path.of(value)))) {
                  throw new InputException(
                      "%s: it was changed since the run; give the file as it was with %s"
                          .formatted(value, option));
                }
              }
            });
  }
}
