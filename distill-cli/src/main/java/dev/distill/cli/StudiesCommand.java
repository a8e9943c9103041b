package dev.distill.cli;

import dev.distill.cli.data.InputException;
import dev.distill.search.Direction;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import dev.distill.search.jdbc.JdbcStore;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill studies}: what a study file holds, whoever wrote it. */
@Command(
    name = "studies",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the studies of a study file, or the trials of one study. Files that Optuna wrote are"
          + " as good as our own.",
      ""
    })
final class StudiesCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "an SQLite file, or a JDBC URL whose driver is on the class path")
  private String place = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "STUDY",
      description = "the study whose trials to list")
  private @Nullable String study;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (JdbcStore store = JdbcStore.existing(place)) {
      if (study != null) {
        trials(store, study, out);
      } else {
        List<String> names = store.studies();
        if (names.isEmpty()) {
          out.println("no studies");
        }
        names.forEach(name -> summary(store, name, out));
      }
    }
    out.flush();
    return Main.OK;
  }

  private void summary(StudyStore store, String name, PrintWriter out) {
    List<Direction> directions =
        store
            .find(name)
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: study '%s' is listed, but not found by its name; the file is damaged"
                            .formatted(place, name)))
            .directions();
    List<Trial> trials = store.trials(name);
    out.printf("%s: %s, %s%n", name, words(directions), states(trials));
    trials.stream()
        .map(Trial::started)
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder())
        .ifPresent(
            first ->
                out.printf(
                    "  from %s to %s%n",
                    time(first),
                    time(
                        trials.stream()
                            .flatMap(t -> Optional.ofNullable(last(t)).stream())
                            .max(Comparator.naturalOrder())
                            .orElse(first))));
    for (int objective = 0; objective < directions.size(); objective++) {
      int number = objective;
      best(trials, number, directions.get(objective))
          .ifPresent(
              best ->
                  out.printf(
                      "  best%s %s, trial %s: %s%n",
                      directions.size() == 1 ? "" : " of objective " + (number + 1),
                      number(best.values().get(number)),
                      best.number(),
                      parameters(best)));
    }
  }

  private static @Nullable Instant last(Trial trial) {
    return trial.ended() == null ? trial.started() : trial.ended();
  }

  /** The complete trial with the best value, among those that break the constraints least. */
  private static Optional<Trial> best(List<Trial> trials, int objective, Direction direction) {
    Comparator<Trial> byValue = Comparator.comparingDouble(trial -> trial.values().get(objective));
    return trials.stream()
        .filter(trial -> trial.state() == Trial.State.COMPLETE)
        .filter(trial -> trial.values().size() > objective)
        .min(
            Comparator.comparingDouble(Trial::violation)
                .thenComparing(direction == Direction.MAXIMIZE ? byValue.reversed() : byValue));
  }

  private static String states(List<Trial> trials) {
    Map<Trial.State, Integer> counts = new EnumMap<>(Trial.State.class);
    trials.forEach(trial -> counts.merge(trial.state(), 1, Integer::sum));
    String all = trials.size() == 1 ? "1 trial" : "%,d trials".formatted(trials.size());
    return counts.isEmpty()
        ? "no trials"
        : all
            + counts.entrySet().stream()
                .map(count -> "%,d %s".formatted(count.getValue(), word(count.getKey())))
                .collect(Collectors.joining(", ", " (", ")"));
  }

  private static void trials(StudyStore store, String name, PrintWriter out) {
    List<Trial> trials = store.trials(name);
    int objectives = store.find(name).orElseThrow().directions().size();
    List<String> heads = new ArrayList<>(List.of("trial", "state"));
    for (int i = 1; i <= objectives; i++) {
      heads.add(objectives == 1 ? "value" : "value " + i);
    }
    heads.addAll(List.of("steps", "seconds"));
    out.println(line(heads) + "  parameters");
    for (Trial trial : trials) {
      List<String> cells = new ArrayList<>();
      cells.add(String.valueOf(trial.number()));
      cells.add(word(trial.state()));
      for (int i = 0; i < objectives; i++) {
        cells.add(i < trial.values().size() ? number(trial.values().get(i)) : "");
      }
      cells.add(trial.curve().isEmpty() ? "" : String.valueOf(trial.curve().lastKey()));
      cells.add(trial.duration().map(d -> "%.1f".formatted(d.toMillis() / 1e3)).orElse(""));
      String why = trial.failure().map(reason -> "  " + oneLine(reason)).orElse("");
      out.println(line(cells) + "  " + parameters(trial) + why);
    }
  }

  private static String line(List<String> cells) {
    StringBuilder line = new StringBuilder("%5s  %-8s".formatted(cells.get(0), cells.get(1)));
    for (String cell : cells.subList(2, cells.size())) {
      line.append("%12s".formatted(cell));
    }
    return line.toString();
  }

  private static String parameters(Trial trial) {
    return trial.parameters().values().entrySet().stream()
        .map(
            parameter ->
                parameter.getKey()
                    + "="
                    + (parameter.getValue() instanceof Double real
                        ? number(real)
                        : parameter.getValue()))
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return "%.5g".formatted(value);
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static String words(List<Direction> directions) {
    return directions.stream()
        .map(direction -> direction.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(" and "));
  }

  private static String word(Trial.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static String time(Instant instant) {
    return TIME.format(instant.atZone(ZoneId.systemDefault()));
  }
}
