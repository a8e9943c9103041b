package dev.distill.search.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.search.MemoryStore;
import dev.distill.search.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers that are killed without a word. {@code -Dkills=200} for more of it than the build does;
 * {@code -Dkills.seed=} repeats one run's moments as far as the machine lets it.
 */
class KillTest {
  private static final int TRIALS = 60;

  @TempDir private Path folder = Path.of("");

  private Path file() {
    return folder.resolve("study.db");
  }

  private Path errors() {
    return folder.resolve("errors");
  }

  @BeforeEach
  void no_errors() throws IOException {
    Files.createFile(errors());
  }

  /** What is the same whether a study was interrupted or not, in the order of first asking. */
  private static List<List<Object>> outcome(List<Trial> trials) {
    Map<Integer, List<Object>> outcome = new TreeMap<>();
    for (Trial trial : trials) {
      if (trial.systemAttributes().containsKey("distill:abandoned")) {
        assertThat(trial.state()).isEqualTo(Trial.State.FAILED);
        continue;
      }
      int place =
          trial.systemAttributes().get("distill:instead_of") instanceof Integer other
              ? other
              : trial.number();
      List<Object> before =
          outcome.put(
              place,
              List.of(
                  trial.state(),
                  trial.parameters(),
                  trial.values(),
                  trial.curve(),
                  trial.userAttributes(),
                  trial.systemAttributes().get("distill:purpose")));
      assertThat(before).as("trial %s is there twice", place).isNull();
    }
    return List.copyOf(outcome.values());
  }

  private String integrity() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        ResultSet row = connection.createStatement().executeQuery("PRAGMA integrity_check")) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void killed_at_any_moment_and_resumed_it_ends_as_if_nothing_had_been() throws Exception {
    int kills = Integer.getInteger("kills", 10);
    long seed = Long.getLong("kills.seed", System.nanoTime());
    Random random = new Random(seed);
    String repeat = "-Dkills=%s -Dkills.seed=%s".formatted(kills, seed);
    MemoryStore whole = new MemoryStore();
    StudyWorker.run(whole, "study 0", TRIALS, 1, -1, line -> {});
    List<List<Object>> expected = outcome(whole.trials("study 0"));
    assertThat(expected).hasSize(TRIALS);
    assertThat(expected.stream().map(each -> each.get(0)).distinct())
        .containsExactlyInAnyOrder(Trial.State.COMPLETE, Trial.State.PRUNED);

    int study = 0;
    int amid = 0;
    List<String> said = new ArrayList<>();
    for (int killed = 0; killed < kills || !said.isEmpty(); ) {
      Process process =
          Processes.worker(
              errors(), file().toString(), "study " + study, String.valueOf(TRIALS), "1");
      if (killed < kills) {
        if (random.nextInt(4) > 0) {
          process.inputReader().readLine();
        }
        Thread.sleep(random.nextInt(350));
        Processes.kill(process);
      }
      said.addAll(Processes.lines(process));
      boolean done = process.waitFor() == 0;
      assertThat(Files.readString(errors())).as(repeat).doesNotContain("Exception");
      if (!done) {
        killed++;
        amid += said.isEmpty() ? 0 : 1;
        if (Files.exists(file())) {
          assertThat(integrity()).as(repeat).isEqualTo("ok");
        }
        continue;
      }
      try (JdbcStore store = JdbcStore.existing(file().toString())) {
        List<Trial> trials = store.trials("study " + study);
        assertThat(outcome(trials)).as(repeat).isEqualTo(expected);
        told(said, trials, repeat);
      }
      said.clear();
      study++;
    }
    assertThat(integrity()).isEqualTo("ok");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(file(), errors());
    }
    System.out.printf(
        "%d kills, %d of them amid a study; %d studies ended as without (%s)%n",
        kills, amid, study, repeat);
  }

  /** What a worker had done is kept, and was done once. */
  private static void told(List<String> said, List<Trial> trials, String repeat) {
    Set<String> begun = new HashSet<>();
    Set<Integer> ended = new HashSet<>();
    for (String line : said) {
      if (line.startsWith("begin ")) {
        assertThat(begun.add(line)).as("%s twice, %s", line, repeat).isTrue();
      } else if (line.startsWith("end ")) {
        int number = Integer.parseInt(line.substring(4));
        assertThat(ended.add(number)).isTrue();
        assertThat(trials.get(number).state())
            .as("trial %s, %s", number, repeat)
            .isIn(Trial.State.COMPLETE, Trial.State.PRUNED);
      }
    }
  }

  @Test
  void several_processes_share_a_study_and_one_is_killed() throws Exception {
    several(file().toString(), errors());
  }

  /** Has three processes and one that is killed amid a trial work at a study. */
  static void several(String place, Path errors) throws Exception {
    int trials = 80;
    String[] arguments = {place, "shared", String.valueOf(trials), "4"};
    String[] hangs = {place, "shared", String.valueOf(trials), "4", "3"};
    Process victim = Processes.worker(errors, hangs);
    List<Process> workers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      workers.add(Processes.worker(errors, arguments));
    }
    List<String> said = new ArrayList<>();
    String line = victim.inputReader().readLine();
    while (line != null && !line.equals("hang")) {
      said.add(line);
      line = victim.inputReader().readLine();
    }
    Processes.kill(victim);
    victim.waitFor();
    for (Process worker : workers) {
      said.addAll(Processes.lines(worker));
      assertThat(worker.waitFor()).as(Files.readString(errors)).isZero();
    }
    try (JdbcStore store = JdbcStore.existing(place)) {
      List<Trial> found = store.trials("shared");
      assertThat(outcome(found)).hasSize(trials);
      assertThat(found).allMatch(trial -> trial.state().ended());
      told(said, found, "shared");
      Map<Object, Integer> pids = new HashMap<>();
      List<Trial> abandoned = new ArrayList<>();
      for (Trial trial : found) {
        Worker worker = Worker.of(trial.systemAttributes().get(JdbcStore.WORKER)).orElseThrow();
        pids.merge(worker.pid(), 1, Integer::sum);
        if (trial.systemAttributes().containsKey("distill:abandoned")) {
          abandoned.add(trial);
        }
      }
      if (line != null) {
        assertThat(abandoned).hasSize(1);
        Trial dead = abandoned.get(0);
        Trial again =
            found.stream()
                .filter(
                    trial ->
                        Integer.valueOf(dead.number())
                            .equals(trial.systemAttributes().get("distill:instead_of")))
                .findFirst()
                .orElseThrow();
        assertThat(again.parameters()).isEqualTo(dead.parameters());
        assertThat(again.systemAttributes().get("distill:purpose"))
            .isEqualTo(dead.systemAttributes().get("distill:purpose"));
      }
      System.out.println(
          "trials by process: " + pids.values() + ", given again: " + abandoned.size());
    }
  }
}
