package dev.distill.cli;

import dev.distill.cli.data.InputException;
import dev.distill.spi.Names;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options of a run in a YAML file: their long names without dashes, a list where an option
 * takes several values. Files in it are relative to its folder. Of YAML only texts, lists and maps
 * are read, whatever its tags say.
 */
final class RunConfig {
  /** What a run notes of itself; no option. */
  static final String RECORD = "record";

  static final String FILES = "files";

  /** Of a file that says what to do, not of a run. */
  private static final Set<String> NOT_HERE = Set.of("--config", "--help", "--version");

  private record Entry(OptionSpec option, List<String> values) {}

  private final Path file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> record = new LinkedHashMap<>();
  private final Map<String, String> files = new LinkedHashMap<>();

  private RunConfig(Path file) {
    this.file = file;
  }

  /** The options that a file can have, by their keys. */
  static Map<String, OptionSpec> keys(CommandSpec run) {
    Map<String, OptionSpec> keys = new LinkedHashMap<>();
    for (OptionSpec option : run.options()) {
      if (!NOT_HERE.contains(option.longestName())) {
        keys.put(option.longestName().substring(2), option);
      }
    }
    return keys;
  }

  /** Whether values of an option may be files, which are relative to where they are written. */
  static boolean isFile(OptionSpec option, String value) {
    if (value.equals(TeacherModels.AUTO)) {
      return false;
    }
    return option.auxiliaryTypes()[0] == Path.class
        || (Set.of("--teacher", "--teacher-model", "--study").contains(option.longestName())
            && !value.matches("\\w+:.*"));
  }

  /** Whether several values may be given. */
  static boolean isMany(OptionSpec option) {
    return option.isMultiValue();
  }

  /** Whether it stands for itself, without a value. */
  static boolean isFlag(OptionSpec option) {
    return option.arity().max() == 0;
  }

  /**
   * Reads a file.
   *
   * @param run the command whose options these are
   * @throws InputException if it can't be read, is no YAML, or has a key that is no option; with
   *     the line
   */
  static RunConfig read(Path file, CommandSpec run) {
    RunConfig config = new RunConfig(file);
    Node root = config.compose();
    Map<String, OptionSpec> known = keys(run);
    for (NodeTuple tuple : config.map(root, "expected a map of options").getValue()) {
      String key = config.text(tuple.getKeyNode(), "a key");
      Node value = tuple.getValueNode();
      if (key.equals(RECORD)) {
        config.readRecord(value);
        continue;
      }
      OptionSpec option = known.get(key);
      if (option == null) {
        throw config.wrong(
            tuple.getKeyNode(),
            "unknown key '%s'%s"
                .formatted(key, Names.suggestion(key, new TreeSet<>(known.keySet()))));
      }
      if (config.entries.put(key, new Entry(option, config.values(option, key, value))) != null) {
        throw config.wrong(tuple.getKeyNode(), "key '%s' stands twice".formatted(key));
      }
    }
    return config;
  }

  private Node compose() {
    try {
      String text = Files.readString(file);
      return new Compose(LoadSettings.builder().setLabel(file.toString()).build())
          .composeString(text.startsWith("\ufeff") ? text.substring(1) : text)
          .orElseThrow(() -> new InputException(file + ": is empty, expected a map of options"));
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new InputException(file + ": is not UTF-8", e);
    } catch (IOException e) {
      throw new InputException(file + ": can't be read: " + e.getMessage(), e);
    } catch (MarkedYamlEngineException e) {
      throw new InputException(
          "%s%s: is no YAML: %s"
              .formatted(file, e.getProblemMark().map(RunConfig::line).orElse(""), e.getProblem()),
          e);
    } catch (YamlEngineException e) {
      throw new InputException("%s: is no YAML: %s".formatted(file, e.getMessage()), e);
    } catch (StackOverflowError e) {
      throw new InputException(
          file + ": lists in lists without end, expected options and lists of values", e);
    }
  }

  private static String line(Mark mark) {
    return " line " + (mark.getLine() + 1);
  }

  private InputException wrong(Node node, String what) {
    return new InputException(
        "%s%s: %s".formatted(file, node.getStartMark().map(RunConfig::line).orElse(""), what));
  }

  private MappingNode map(Node node, String expected) {
    if (node instanceof MappingNode map) {
      return map;
    }
    throw wrong(node, expected);
  }

  private String text(Node node, String what) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw wrong(node, what + " must be a text");
  }

  private List<String> values(OptionSpec option, String key, Node value) {
    if (value instanceof SequenceNode list) {
      if (!isMany(option)) {
        throw wrong(value, "'%s' takes one value, got a list".formatted(key));
      }
      List<String> values = new ArrayList<>();
      for (Node item : list.getValue()) {
        values.add(value(option, key, item));
      }
      return values;
    }
    return List.of(value(option, key, value));
  }

  private String value(OptionSpec option, String key, Node node) {
    String value = text(node, "the value of '" + key + "'");
    if (value.isEmpty() || isNull(node)) {
      throw wrong(node, "'%s' has no value; leave the line out".formatted(key));
    }
    if (isFlag(option) && !Set.of("true", "false").contains(value)) {
      throw wrong(node, "'%s' must be true or false, got '%s'".formatted(key, value));
    }
    return isFile(option, value) ? resolved(value) : value;
  }

  private static boolean isNull(Node node) {
    return node.getTag().getValue().endsWith(":null");
  }

  /** A path in it as seen from here. */
  private String resolved(String value) {
    Path folder = file.getParent();
    Path path = folder == null ? Path.of(value) : folder.resolve(value);
    Path shorter = path.normalize();
    try {
      // A folder that is a link has another parent than it seems.
      return !Files.exists(path) || Files.isSameFile(path, shorter)
          ? shorter.toString()
          : path.toString();
    } catch (IOException e) {
      return path.toString();
    }
  }

  private void readRecord(Node node) {
    for (NodeTuple tuple : map(node, "'record' must be a map").getValue()) {
      String key = text(tuple.getKeyNode(), "a key");
      if (key.equals(FILES)) {
        for (NodeTuple hash : map(tuple.getValueNode(), "'files' must be a map").getValue()) {
          files.put(
              resolved(text(hash.getKeyNode(), "a file")), text(hash.getValueNode(), "a hash"));
        }
      } else {
        record.put(key, text(tuple.getValueNode(), "the value of '" + key + "'"));
      }
    }
  }

  /** What the run noted of itself under a name, if it did. */
  Optional<String> noted(String name) {
    return Optional.ofNullable(record.get(name));
  }

  /** SHA-256 of each file that the run read, by its path as seen from here. */
  Map<String, String> files() {
    return files;
  }

  /** The options by their names, with their values. */
  Map<String, List<String>> options() {
    return entries.values().stream()
        .collect(
            Collectors.toMap(
                e -> e.option().longestName(), Entry::values, (a, b) -> a, LinkedHashMap::new));
  }

  /**
   * As words of a command line.
   *
   * @param without names of options that are left out, since they are given elsewhere
   */
  List<String> words(Set<String> without) {
    List<String> words = new ArrayList<>();
    for (Entry entry : entries.values()) {
      OptionSpec option = entry.option();
      String name = option.longestName();
      if (without.contains(name)) {
        continue;
      }
      if (isFlag(option)) {
        if (entry.values().get(0).equals("true")) {
          words.add(name);
        }
      } else {
        entry.values().forEach(value -> words.add(name + "=" + value));
      }
    }
    return words;
  }

  /** The names of the options in a command line. */
  static Set<String> given(List<String> words) {
    Map<String, Boolean> names = new HashMap<>();
    for (String word : words) {
      if (word.equals("--")) {
        break;
      }
      if (word.startsWith("--")) {
        names.put(word.split("=", 2)[0], true);
      }
    }
    return names.keySet();
  }
}
