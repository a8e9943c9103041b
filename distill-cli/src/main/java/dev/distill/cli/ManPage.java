package dev.distill.cli;

import dev.distill.auto.Version;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A manual page of a program and its commands, in roff's macros {@code man}. */
final class ManPage {
  private static final Map<String, String> ENVIRONMENT =
      new TreeMap<>(
          Map.of(
              "DISTILL_CACHE",
              "folder where answers of teachers behind an address are kept; ~/.cache/distill/teachers"
                  + " if it is not set",
              "DISTILL_JAVA_OPTS",
              "options of Java, such as -Xmx4g",
              "DISTILL_TEACHER_TOKEN",
              "bearer token for a teacher behind an address",
              "JAVA_HOME",
              "the Java that runs it",
              "MLFLOW_TRACKING_TOKEN",
              "bearer token for an MLflow tracking server",
              "MLFLOW_TRACKING_URI",
              "address of an MLflow tracking server",
              "MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD",
              "who is logged in there",
              "NO_COLOR",
              "no colours, whatever its value"));

  private final StringBuilder text = new StringBuilder();

  private ManPage() {}

  /** The page of a program. */
  static String of(CommandSpec program) {
    ManPage page = new ManPage();
    page.page(program);
    return page.text.toString();
  }

  private void page(CommandSpec program) {
    String name = program.name();
    macro("TH", name.toUpperCase(Locale.ROOT), "1", "", name + " " + Version.current());
    macro("SH", "NAME");
    String[] about = program.usageMessage().description();
    line(name + " - " + about[0]);
    macro("SH", "SYNOPSIS");
    synopsis(program);
    macro("SH", "DESCRIPTION");
    paragraphs(about);
    macro("SH", "COMMANDS");
    for (CommandLine sub : program.subcommands().values()) {
      CommandSpec command = sub.getCommandSpec();
      macro("TP");
      macro("B", command.name());
      line(first(command));
    }
    for (CommandLine sub : program.subcommands().values()) {
      CommandSpec command = sub.getCommandSpec();
      macro("SH", command.qualifiedName());
      synopsis(command);
      paragraphs(command.usageMessage().description());
      for (PositionalParamSpec parameter : command.positionalParameters()) {
        item(parameter.paramLabel(), "", parameter.description());
      }
      for (OptionSpec option : command.options()) {
        item(
            String.join(", ", option.names()),
            option.arity().max() == 0 ? "" : option.paramLabel(),
            option.description());
      }
      verbatim(command.usageMessage().footer());
    }
    macro("SH", "ENVIRONMENT");
    ENVIRONMENT.forEach((variable, what) -> item(variable, "", new String[] {what}));
    macro("SH", "NOTES");
    paragraphs(program.usageMessage().footer());
    if (text.toString().endsWith(".PP\n")) {
      text.setLength(text.length() - ".PP\n".length());
    }
  }

  private static String first(CommandSpec command) {
    String[] description = command.usageMessage().description();
    return description.length == 0 ? "" : description[0];
  }

  private void synopsis(CommandSpec command) {
    String synopsis =
        new Help(command, Help.defaultColorScheme(Help.Ansi.OFF))
            .synopsis(0)
            .strip()
            .replaceAll("\\s+", " ");
    line(synopsis);
    macro("PP");
  }

  private void item(String names, String value, String[] description) {
    macro("TP");
    text.append("\\fB").append(escaped(names)).append("\\fR");
    if (!value.isEmpty()) {
      text.append(" \\fI").append(escaped(value)).append("\\fR");
    }
    text.append('\n');
    for (String line : description) {
      line(line);
    }
  }

  /** Lines that are indented stand as they are. */
  private void paragraphs(String[] lines) {
    boolean kept = false;
    for (String line : lines) {
      boolean indented = line.startsWith("  ");
      if (indented != kept) {
        text.append(indented ? ".nf\n" : ".fi\n");
        kept = indented;
      }
      if (line.isBlank()) {
        macro("PP");
      } else {
        line(line);
      }
    }
    if (kept) {
      text.append(".fi\n");
    }
    macro("PP");
  }

  private void verbatim(String[] lines) {
    List<String> shown = Arrays.stream(lines).filter(line -> !line.isBlank()).toList();
    if (!shown.isEmpty()) {
      macro("PP");
      text.append(".nf\n");
      shown.forEach(this::line);
      text.append(".fi\n");
    }
  }

  private void line(String line) {
    String plain = line.replace("%%", "%").replace("%n", " ");
    if (!plain.isBlank()) {
      text.append(escaped(plain)).append('\n');
    }
  }

  private void macro(String name, String... arguments) {
    String last = text.substring(text.lastIndexOf("\n", Math.max(0, text.length() - 2)) + 1);
    if (name.equals("PP") && (last.equals(".PP\n") || last.startsWith(".SH"))) {
      return;
    }
    if (!name.equals("PP") && last.equals(".PP\n")) {
      text.setLength(text.length() - last.length());
    }
    text.append('.').append(name);
    for (String argument : arguments) {
      text.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    text.append('\n');
  }

  private static String escaped(String plain) {
    String safe = plain.replace("\\", "\\e").replace("-", "\\-").replace("→", "\\(->");
    return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
  }
}
