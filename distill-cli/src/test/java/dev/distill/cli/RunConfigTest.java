package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.cli.data.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code run.yaml}: read, written, and its schema for editors. */
class RunConfigTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @TempDir private Path folder = Path.of("");

  private static CommandSpec run() {
    return Main.commandLine(new RunCommand()).getCommandSpec();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("run.yaml"), text);
  }

  private Map<String, OptionSpec> parsed(String text, String... more) throws IOException {
    CommandLine line = Main.commandLine(new RunCommand());
    String[] words = Arrays.copyOf(more, more.length + 1);
    words[more.length] = "--config=" + file(text);
    line.parseArgs(words);
    return RunConfig.keys(line.getCommandSpec());
  }

  private static Object value(Map<String, OptionSpec> options, String key) {
    OptionSpec option = options.get(key);
    assertThat(option).as(key).isNotNull();
    return option == null ? "" : Objects.toString(option.getValue());
  }

  private void refused(String text, String... words) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> RunConfig.read(file, run()))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContainingAll(words);
  }

  @Test
  void every_option_but_three_can_stand_in_it() {
    Set<String> keys = RunConfig.keys(run()).keySet();
    long options = run().options().stream().filter(o -> !o.hidden()).count();
    assertThat(keys)
        .hasSize((int) options - 3)
        .contains("train", "teacher-model", "plugin", "study", "summary", "json", "select")
        .doesNotContain("help", "version", "config");
  }

  @Test
  void options_are_read_and_the_command_line_wins() throws IOException {
    Map<String, OptionSpec> options =
        parsed(
            """
            train: train.csv      # a comment
            label: 1
            teacher-model: [http://host/v2/models/a, b.onnx]
            families:
              - xgboost.tree
              - smile.tree
            temperatures: [1, 2.5]
            timeout: 10m
            seed: 7
            trials: 3
            resume: false
            teacher-by-position: true
            plan: reference
            out: "out: there"
            """,
            "--seed=9",
            "--trials",
            "5");
    assertThat(value(options, "train")).isEqualTo(folder.resolve("train.csv").toString());
    assertThat(value(options, "label")).isEqualTo("1");
    assertThat(value(options, "teacher-model"))
        .isEqualTo("[http://host/v2/models/a, " + folder.resolve("b.onnx") + "]");
    assertThat(value(options, "families")).isEqualTo("[xgboost.tree, smile.tree]");
    assertThat(value(options, "temperatures")).isEqualTo("[1.0, 2.5]");
    assertThat(value(options, "timeout")).isEqualTo("PT10M");
    assertThat(value(options, "seed")).isEqualTo("9");
    assertThat(value(options, "trials")).isEqualTo("5");
    assertThat(value(options, "resume")).isEqualTo("false");
    assertThat(value(options, "teacher-by-position")).isEqualTo("true");
    assertThat(value(options, "plan")).isEqualTo("REFERENCE");
    assertThat(value(options, "out")).isEqualTo(folder.resolve("out: there").toString());
  }

  @Test
  void a_teacher_that_is_to_be_trained_is_no_file() throws IOException {
    assertThat(value(parsed("train: a\nlabel: b\nteacher: auto\nout: c\n"), "teacher"))
        .isEqualTo("[auto]");
    assertThat(
            value(parsed("train: a\nlabel: b\nteacher: [a.ubj, http://h/b]\nout: c\n"), "teacher"))
        .isEqualTo("[" + folder.resolve("a.ubj") + ", http://h/b]");
  }

  @Test
  void what_is_wrong_is_named_with_its_line() throws IOException {
    refused("train: a\ntrails: 3\n", " line 2: unknown key 'trails', did you mean 'trials'?");
    refused("--train: a\n", " line 1: unknown key '--train', did you mean 'train'?");
    refused("config: other.yaml\n", " line 1: unknown key 'config'");
    refused("train: a\n\ntrain: b\n", " line 3: key 'train' stands twice");
    refused("label: [a, b]\n", " line 1: 'label' takes one value, got a list");
    refused("families: {a: b}\n", " line 1: the value of 'families' must be a text");
    refused("resume: maybe\n", " line 1: 'resume' must be true or false, got 'maybe'");
    refused("seed:\n", " line 1: 'seed' has no value");
    refused("- train\n", " line 1: expected a map of options");
    refused("train: 'a\n", " line 2: is no YAML");
    refused("", "is empty");
    refused("label: !!java.net.URL [http://x]\n", "'label' takes one value");
    Path bytes = Files.write(folder.resolve("b.yaml"), new byte[] {'a', ':', ' ', (byte) 0xe4});
    assertThatThrownBy(() -> RunConfig.read(bytes, run())).hasMessage(bytes + ": is not UTF-8");
  }

  @Test
  void a_tag_makes_nothing() throws IOException {
    RunConfig config = RunConfig.read(file("label: !!java.io.File /tmp/x\n"), run());
    assertThat(config.options()).containsEntry("--label", List.of("/tmp/x"));
  }

  @Test
  void a_run_without_what_it_needs_or_with_a_bad_value_says_so() throws IOException {
    Path file = file("train: a.csv\nlabel: y\n");
    Cli.Outcome outcome = Cli.run("run", "--config", file);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("--out");
    Cli.Outcome none = Cli.run("run", "--config", folder.resolve("rum.yaml"));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("rum.yaml: there is no such file", "did you mean 'run.yaml'?");
    Cli.Outcome typo = Cli.run("run", "--config", file("trails: 3\n"));
    assertThat(typo.code()).isEqualTo(2);
    assertThat(typo.err()).contains("run.yaml line 1: unknown key 'trails'");
  }

  @Test
  void a_path_is_seen_from_the_file_that_names_it() throws IOException {
    Path runs = Files.createDirectories(folder.resolve("runs/one"));
    Path data = Files.writeString(folder.resolve("data.csv"), "");
    Path here = Path.of("").toAbsolutePath();
    String given = here.relativize(data.toAbsolutePath()).toString();
    assertThat(RunRecord.relative(given, runs.toRealPath())).isEqualTo("../../data.csv");
    assertThat(RunRecord.relative(data.toAbsolutePath().toString(), runs))
        .isEqualTo(data.toAbsolutePath().toString());
    Path file = Files.writeString(runs.resolve("run.yaml"), "train: ../../data.csv\n");
    assertThat(RunConfig.read(file, run()).options().get("--train"))
        .containsExactly(folder.resolve("data.csv").toString());
  }

  @Test
  void what_is_written_down_has_no_passwords() throws IOException {
    CommandLine line = Main.commandLine(new RunCommand());
    line.parseArgs(
        "--train=a",
        "--label=y",
        "--out=o",
        "--study=jdbc:postgresql://db/trials?user=me&password=hush",
        "--teacher-model=http://me:hush@host/v2/models/big");
    assertThat(RunRecord.options(line.getCommandSpec(), null))
        .containsEntry("study", "jdbc:postgresql://db/trials?user=me&password=…")
        .containsEntry("teacher-model", List.of("http://me:…@host/v2/models/big"));
  }

  /** For editors; what they check must be what the program does. */
  @Test
  void the_schema_is_that_of_the_options() throws IOException {
    String now = JSON.writeValueAsString(schema()) + "\n";
    Path made = Path.of("target", "run.schema.json");
    Files.writeString(made, now);
    assertThat(Files.readString(Path.of("..", "docs", "run.schema.json"), StandardCharsets.UTF_8))
        .as("docs/run.schema.json is old: copy distill-cli/%s over it", made)
        .isEqualTo(now);
  }

  @Test
  void the_schema_takes_what_is_right_and_refuses_what_is_not() throws IOException {
    JsonNode schema = Schemas.read("run.schema.json");
    String good = "train: a\nlabel: y\nteacher: b\nfamilies: [c]\ntrials: 3\nout: d\nplan: joint\n";
    assertThat(errors(schema, good)).isEmpty();
    assertThat(errors(schema, good + "trails: 3\n")).isNotEmpty();
    assertThat(errors(schema, good + "seed: many\n")).isNotEmpty();
    assertThat(errors(schema, good + "goal: win\n")).isNotEmpty();
    assertThat(errors(schema, good + "resume: 3\n")).isNotEmpty();
  }

  static List<String> errors(JsonNode schema, String yaml) {
    Object read = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    return Schemas.errors(schema, JSON.valueToTree(read));
  }

  private static ObjectNode schema() {
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", "run.yaml of Distill");
    root.put(
        "description",
        "The options of distill run, for distill run --config; files are relative to the folder"
            + " that it stands in");
    root.put("type", "object");
    root.put("additionalProperties", false);
    ObjectNode properties = root.putObject("properties");
    RunConfig.keys(run())
        .forEach(
            (key, option) -> {
              ObjectNode node = properties.putObject(key);
              node.put("description", String.join(" ", option.description()).replace("%%", "%"));
              if (RunConfig.isMany(option)) {
                ArrayNode either = node.putArray("anyOf");
                either.add(one(option));
                either.addObject().put("type", "array").set("items", one(option));
              } else {
                node.setAll(one(option));
              }
            });
    properties
        .putObject(RunConfig.RECORD)
        .put("description", "What a run notes of itself; not an option")
        .put("type", "object");
    return root;
  }

  private static ObjectNode one(OptionSpec option) {
    Class<?> type = option.auxiliaryTypes()[0];
    ObjectNode node = JSON.createObjectNode();
    boolean text = option.converters().length > 0;
    if (RunConfig.isFlag(option)) {
      return node.put("type", "boolean");
    }
    if (type.isEnum()) {
      ArrayNode words = node.putArray("enum");
      for (Object word : type.getEnumConstants()) {
        words.add(word.toString().toLowerCase(Locale.ROOT)).add(word.toString());
      }
      return node;
    }
    if (!text && (type == int.class || type == long.class)) {
      // The machine's cores are no default for others.
      boolean fixed = !option.longestName().equals("--threads") && option.getValue() != null;
      return fixed
          ? node.put("type", "integer").put("default", Long.parseLong(option.getValue().toString()))
          : node.put("type", "integer");
    }
    if (!text && type == Double.class) {
      return node.put("type", "number");
    }
    // Of YAML 1 is a number, which a column may be called.
    ArrayNode types = node.putArray("type").add("string");
    if (type == String.class || text) {
      types.add("number");
    }
    return node;
  }
}
