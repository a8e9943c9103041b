package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.auto.StudentCatalog;
import dev.distill.spi.Capabilities;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The pages of {@code docs/reference} are what the code gives. */
class ReferenceTest {
  private static final Path PAGES = Path.of("..", "docs", "reference");
  private static final String WRITE =
      "mvn -q -B -Dfast -pl distill-cli -am test -Dtest=ReferenceTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Ddistill.docs=write";

  /** Bounds may depend on the task. */
  private static final TaskShape EXAMPLE = new TaskShape(10_000, 20, 3);

  private static final TaskShape OTHER = new TaskShape(1_000_000, 300, 20);

  private static void check(String name, String made) throws IOException {
    Path page = PAGES.resolve(name);
    String text =
        made.replaceFirst("\n\n", "\n\nMade from the code; to write it again: `" + WRITE + "`\n\n");
    if ("write".equals(System.getProperty("distill.docs"))) {
      Files.writeString(page, text);
    }
    assertThat(page).as("write it: %s", WRITE).exists();
    assertThat(Files.readString(page))
        .as("docs/reference/%s is not what the code gives; write it again: %s", name, WRITE)
        .isEqualTo(text);
  }

  @Test
  void the_page_of_commands_is_that_of_the_program() throws IOException {
    StringBuilder page = new StringBuilder("# Commands\n\n");
    CommandSpec program = Main.commandLine().getCommandSpec();
    List<CommandSpec> commands =
        program.subcommands().values().stream().map(CommandLine::getCommandSpec).toList();
    for (CommandSpec command : commands) {
      page.append("- [`distill %1$s`](#distill-%1$s): ".formatted(command.name()));
      page.append(cell(command.usageMessage().description()[0])).append('\n');
    }
    page.append("\n`distill --help` and `distill COMMAND --help` say the same.\n");
    for (String line : program.usageMessage().footer()) {
      page.append(line.startsWith("Exit codes") ? line + "\n" : "");
    }
    for (CommandSpec command : commands) {
      page.append("\n## ").append(command.qualifiedName()).append("\n\n");
      String synopsis =
          new Help(command, Help.defaultColorScheme(Help.Ansi.OFF))
              .synopsis(0)
              .strip()
              .replaceAll("\\s+", " ");
      page.append('`').append(synopsis).append("`\n\n").append(text(command));
      page.append("| | |\n|---|---|\n");
      for (PositionalParamSpec parameter : command.positionalParameters()) {
        row(page, parameter.paramLabel(), parameter.description());
      }
      for (OptionSpec option : command.options()) {
        String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        row(page, String.join(", ", option.names()) + value, option.description());
      }
      List<String> footer =
          Arrays.stream(command.usageMessage().footer()).filter(l -> !l.isBlank()).toList();
      if (!footer.isEmpty()) {
        page.append("\n```text\n").append(String.join("\n", footer)).append("\n```\n");
      }
    }
    check("cli.md", page.toString());
  }

  /** Lines that are indented stand as they are. */
  private static String text(CommandSpec command) {
    StringBuilder text = new StringBuilder();
    boolean kept = false;
    for (String line : command.usageMessage().description()) {
      boolean indented = line.startsWith("  ");
      if (indented != kept) {
        text.append(indented ? "```text\n" : "```\n");
        kept = indented;
      }
      text.append(line.replace("%%", "%")).append('\n');
    }
    return text.append(kept ? "```\n" : "").toString();
  }

  private static void row(StringBuilder page, String name, String[] description) {
    page.append("| `").append(name.replace("|", "\\|")).append("` | ");
    page.append(cell(String.join(" ", description))).append(" |\n");
  }

  private static String cell(String text) {
    return text.replace("%%", "%").replace("|", "\\|").replaceAll("<(\\w+)>", "`<$1>`");
  }

  @Test
  void the_page_of_run_yaml_is_that_of_its_schema() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Keys of run.yaml

            Each key is the option of [`distill run`](cli.md#distill-run) of the same name, which says what it does; how the file is read and what `record` is:
            [run.yaml](../terminal.md#runyaml). For editors: [`run.schema.json`](../run.schema.json). Files are relative to the folder that it stands in.
            A default that is no number is told there.

            | key | takes | default |
            |---|---|---|
            """);
    JsonNode keys = Schemas.read("run.schema.json").path("properties");
    keys.properties()
        .forEach(
            key -> {
              JsonNode node = key.getValue();
              boolean many = node.has("anyOf");
              JsonNode one = many ? node.path("anyOf").path(0) : node;
              page.append("| `").append(key.getKey()).append("` | ").append(takes(one));
              page.append(many ? ", or a list" : "").append(" | ");
              page.append((one.path("default").asText() + " |").stripLeading()).append('\n');
            });
    check("config.md", page.toString());
  }

  private static String takes(JsonNode node) {
    if (node.has("enum")) {
      Set<String> words = new LinkedHashSet<>();
      node.path("enum")
          .forEach(word -> words.add(word.asText().toLowerCase(java.util.Locale.ROOT)));
      return words.stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
    }
    JsonNode type = node.path("type");
    String name = type.isArray() ? type.path(0).asText() : type.asText();
    return switch (name) {
      case "string" -> "text";
      case "integer" -> "whole number";
      case "boolean" -> "`true`, `false`";
      case "object" -> "map";
      default -> name;
    };
  }

  @Test
  void the_page_of_families_is_that_of_their_search_spaces() throws Exception {
    StringBuilder page =
        new StringBuilder(
            """
            # Families and their hyperparameters

            What the search may choose of each family, and where it starts. What a family learns from and what it is good for: [the table of families](../../README.md#families);
            how they are searched: [search](../search.md). Ranges marked * depend on the data and are shown for %,d rows of %s features and %s classes.
            `distill students` prints the same, plugins included.
            """
                .formatted(EXAMPLE.rows(), EXAMPLE.features(), EXAMPLE.classes()));
    StudentCatalog catalog =
        StudentCatalog.discover(Thread.currentThread().getContextClassLoader());
    assertThat(catalog.problems()).isEmpty();
    assertThat(catalog.students()).hasSizeGreaterThan(10);
    for (StudentModel student : catalog.students()) {
      Capabilities can = student.capabilities();
      SearchSpace space = student.searchSpace(EXAMPLE);
      List<SearchSpace.Dimension> others = student.searchSpace(OTHER).dimensions();
      page.append("\n## ").append(student.id()).append("\n\n");
      page.append(student.description().substring(0, 1).toUpperCase(java.util.Locale.ROOT));
      page.append(student.description().substring(1)).append(". Up to ");
      page.append("%,d classes".formatted(can.maxClasses()));
      page.append(can.deterministic() ? ".\n\n" : "; not deterministic.\n\n");
      page.append("| name | range | scale | default | what it is |\n|---|---|---|---|---|\n");
      for (SearchSpace.Dimension dimension : space.dimensions()) {
        Hyperparameter parameter = dimension.parameter();
        boolean fixed = others.stream().anyMatch(other -> other.parameter().equals(parameter));
        String under =
            dimension.underChoice() == null
                ? ""
                : "; only if `%s` is `%s`"
                    .formatted(dimension.underChoice(), dimension.underOption());
        String steps =
            space.steps().filter(parameter.name()::equals).isPresent()
                ? "; fewer where training ends early"
                : "";
        page.append(
            "| `%s` | %s%s | %s | %s | %s%s%s |%n"
                .formatted(
                    parameter.name(),
                    range(parameter),
                    fixed ? "" : " *",
                    scale(parameter),
                    number(parameter.defaultValue()),
                    cell(parameter.description()),
                    under,
                    steps));
      }
    }
    check("families.md", page.toString());
  }

  private static String range(Hyperparameter parameter) {
    if (parameter instanceof Hyperparameter.Int p) {
      return "%,d to %,d".formatted(p.low(), p.high());
    }
    if (parameter instanceof Hyperparameter.Real p) {
      return number(p.low()) + " to " + number(p.high());
    }
    return ((Hyperparameter.Choice) parameter)
        .options().stream().map(option -> "`" + option + "`").collect(Collectors.joining(", "));
  }

  private static String scale(Hyperparameter parameter) {
    if (parameter instanceof Hyperparameter.Choice) {
      return "choice";
    }
    boolean log =
        parameter instanceof Hyperparameter.Int p
            ? p.log()
            : ((Hyperparameter.Real) parameter).log();
    return log ? "log" : "linear";
  }

  private static String number(Object value) {
    if (value instanceof Integer whole) {
      return "%,d".formatted(whole);
    }
    return value instanceof Double real
        ? "%.4g"
            .formatted(real)
            .replaceFirst("(\\.\\d*?)0+($|e)", "$1$2")
            .replaceFirst("\\.($|e)", "$1")
        : "`" + value + "`";
  }

  /**
   * Formulas are written by hand; that none is missing, and none is left of what is gone, is
   * checked.
   */
  @Test
  void every_metric_has_its_formula() throws IOException {
    JsonNode schema;
    try (InputStream in =
        Objects.requireNonNull(
            StudentCatalog.class.getResourceAsStream("/dev/distill/report/result.schema.json"))) {
      schema = new ObjectMapper().readTree(in);
    }
    List<String> names = new ArrayList<>();
    schema.at("/$defs/metrics/properties").fieldNames().forEachRemaining(names::add);
    for (var field : schema.at("/properties/comparison/properties").properties()) {
      JsonNode node = field.getValue();
      boolean figure = node.path("type").toString().contains("number") || node.has("$ref");
      if (figure && !field.getKey().endsWith("_interval")) {
        names.add(field.getKey());
      }
    }
    List<String> documented = new ArrayList<>();
    Matcher row =
        Pattern.compile("^\\| `(\\w+)` \\|( [^|]*\\|){4}$", Pattern.MULTILINE)
            .matcher(Files.readString(PAGES.resolve("metrics.md")));
    while (row.find()) {
      documented.add(row.group(1));
    }
    assertThat(documented).containsExactlyElementsOf(names);
  }
}
