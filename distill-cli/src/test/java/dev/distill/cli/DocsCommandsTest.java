package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The commands of the documentation do what they say: every {@code sh} block of a page is run by
 * bash, in the page's order, in a folder that has the files a reader would have, made from the
 * demo's data (whose label takes the place of the page's). {@code distill} is the program of this
 * build; where a page names no trials or families it takes few.
 *
 * <p>Two things are not run: a block that stands under a comment {@code not run: REASON} (they are
 * listed in {@code target/docs-not-run.txt}), and a line with an ellipsis, whose options {@link
 * DocsTest} checks. A server in the foreground is stopped once it is ready.
 */
class DocsCommandsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Set<String> LANGUAGES =
      Set.of("sh", "text", "json", "yaml", "xml", "java", "python");
  private static final Pattern NOT_RUN = Pattern.compile("<!-- not run: (.+) -->\\s*");
  private static final Pattern SERVES = Pattern.compile("^((\\./)?distill serve [^&#]*)(#.*)?$");
  private static final long MOST_SECONDS = 400;
  private static final String PRELUDE =
      """
      trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
      until_ready() {
        "$@" &
        curl -sf --retry 60 --retry-connrefused --retry-delay 1 localhost:PORT/v2/health/ready
        kill $!
        wait $! || test $? -eq 143
      }
      PS4='+ ${SECONDS}s '
      set -xeuo pipefail
      """;

  @TempDir private static Path stock = Path.of("");

  /** A block, and why it is not run; empty if it is. */
  private record Block(String language, String text, String reason) {
    boolean runs() {
      return language.equals("sh") && reason.isEmpty();
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")),
              docs.filter(p -> p.toString().endsWith(".md")))
          .sorted()
          .toList();
    }
  }

  private static List<Path> pagesWithCommands() throws IOException {
    List<Path> with = new ArrayList<>();
    for (Path page : pages()) {
      if (!script(page).isBlank()) {
        with.add(ROOT.relativize(page));
      }
    }
    return with;
  }

  private static List<Block> blocks(Path page) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Node text = Parser.builder().build().parse(Files.readString(page));
    text.accept(
        new AbstractVisitor() {
          @Override
          public void visit(FencedCodeBlock block) {
            Matcher comment =
                NOT_RUN.matcher(
                    block.getPrevious() instanceof HtmlBlock html ? html.getLiteral() : "");
            String reason = comment.matches() ? comment.group(1) : "";
            blocks.add(new Block(block.getInfo(), block.getLiteral(), reason));
          }
        });
    return blocks;
  }

  /** What is run of a page. */
  private static String script(Path page) throws IOException {
    StringBuilder script = new StringBuilder();
    for (Block block : blocks(page)) {
      if (block.runs()) {
        block
            .text()
            .lines()
            .filter(line -> !line.contains("…"))
            .map(line -> SERVES.matcher(line).replaceFirst("until_ready $1"))
            .forEach(line -> script.append(line).append('\n'));
      }
    }
    return script.toString();
  }

  @BeforeAll
  static void someRowsAndStudents() throws Exception {
    unpack("train", "train.csv", 3);
    unpack("train_teacher", "train_teacher.csv", 3);
    unpack("test", "test.csv", 5);
    unpack("test_teacher", "test_teacher.csv", 5);
    run("soil", 1);
    run("soil", 2);
    Cli.Outcome onnx =
        Cli.run(
            "export",
            stock.resolve("soil1/student.distill"),
            "--to=onnx",
            "--out=" + stock.resolve("teacher.onnx"));
    assertThat(onnx.code()).as(onnx.err()).isZero();
    begin();
  }

  /** One row of so many: in the demo's files the classes stand one after the other. */
  private static void unpack(String name, String to, int oneOf) throws IOException {
    try (InputStream in =
            Objects.requireNonNull(Main.class.getResourceAsStream("demo/" + name + ".csv.gz"));
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8));
        BufferedWriter out = Files.newBufferedWriter(stock.resolve(to))) {
      int row = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (row++ % oneOf == 0) {
          out.write(line + "\n");
        }
      }
    }
  }

  /** A finished run, {@code soil1} or so, to which pages may refer. */
  private static void run(String label, int seed) {
    Cli.Outcome outcome =
        Cli.run(
            "run",
            "--train=" + stock.resolve("train.csv"),
            "--label=" + label,
            "--teacher=" + stock.resolve("train_teacher.csv"),
            "--test=" + stock.resolve("test.csv"),
            "--test-teacher=" + stock.resolve("test_teacher.csv"),
            "--families=xgboost.tree",
            "--trials=3",
            "--seed=" + seed,
            "--out=" + stock.resolve(label + seed));
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  /** What a reader has at hand. */
  private static void furnish(Path folder, int port) throws IOException {
    Map<String, String> copies = new HashMap<>();
    copies.put("train.csv", "train.csv");
    copies.put("train_teacher.csv", "train_teacher.csv");
    copies.put("train_teacher_oof.csv", "train_teacher.csv");
    copies.put("test.csv", "test.csv");
    copies.put("test_teacher.csv", "test_teacher.csv");
    copies.put("new_rows.csv", "test.csv");
    copies.put("today.csv", "test.csv");
    copies.put("holdout.csv", "test.csv");
    copies.put("moved.csv", "train.csv");
    copies.put("teacher.onnx", "teacher.onnx");
    copies.put("teacher.distill", "soil1/student.distill");
    copies.put("student.distill", "soil1/student.distill");
    copies.put("old.distill", "soil1/student.distill");
    copies.put("new.distill", "soil1/student.distill");
    copies.put("models/income.distill", "soil1/student.distill");
    for (String file : List.of("student.distill", "result.json", "leaderboard.csv")) {
      copies.put("runs/income/" + file, "soil1/" + file);
      copies.put("runs/seed1/" + file, "soil1/" + file);
      copies.put("runs/seed2/" + file, "soil2/" + file);
      copies.put("runs/seed3/" + file, "soil2/" + file);
    }
    for (Map.Entry<String, String> copy : copies.entrySet()) {
      Path to = folder.resolve(copy.getKey());
      Files.createDirectories(Objects.requireNonNull(to.getParent()));
      Files.copy(stock.resolve(copy.getValue()), to);
    }
    String rerun = Files.readString(stock.resolve("soil1/run.yaml"));
    Files.writeString(folder.resolve("runs/income/run.yaml"), rerun.replace("../", "../../"));
    Files.writeString(
        folder.resolve("run.yaml"),
        """
        train: train.csv
        label: soil
        teacher: train_teacher.csv
        test: test.csv
        test-teacher: test_teacher.csv
        out: runs/yaml
        """);
    Path program = folder.resolve("distill");
    Files.writeString(
        program,
        """
        #!/usr/bin/env bash
        words=("$@")
        case $1 in
          run)
            [[ "$*" == *--trials* ]] || words+=(--trials 3)
            [[ "$*" == *--families* ]] || words+=(--families xgboost.tree) ;;
          verify) words+=(--rows 20000) ;;
          serve) [[ "$*" == *--port* ]] || words+=(--port PORT) ;;
        esac
        export CLASSPATH='CLASSES'
        exec 'JAVA' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 dev.distill.cli.Main "${words[@]}"
        """
            .replace("PORT", Integer.toString(port))
            .replace("CLASSES", System.getProperty("java.class.path"))
            .replace("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean has(String program) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(program, "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** How a page ended. */
  private record Outcome(boolean inTime, int code, String said) {}

  /** Pages run while others are looked at. */
  private static final Map<Path, Future<Outcome>> OUTCOMES = new HashMap<>();

  private static void begin() throws IOException, InterruptedException {
    if (!has("bash") || !has("curl")) {
      return;
    }
    ExecutorService two = Executors.newFixedThreadPool(2);
    for (Path page : pagesWithCommands()) {
      OUTCOMES.put(page, two.submit(() -> run(page)));
    }
    two.shutdown();
  }

  private static Outcome run(Path page) throws IOException, InterruptedException {
    Path folder =
        Files.createDirectories(stock.resolve("pages/" + page.toString().replace("/", "-")));
    int port = freePort();
    furnish(folder, port);
    String script =
        script(ROOT.resolve(page))
            .replace("localhost:8080", "localhost:" + port)
            .replaceAll("--label \\w+", "--label soil");
    Path file = Files.writeString(folder.resolve("page.sh"), script);
    Path out = folder.resolve("page.out");
    ProcessBuilder builder =
        new ProcessBuilder(
            "bash", "-c", PRELUDE.replace("PORT", Integer.toString(port)) + ". " + file);
    builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
    builder.environment().put("DISTILL_CACHE", folder.resolve("cache").toString());
    Process process =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    boolean inTime = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
    if (!inTime) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroyForcibly().waitFor();
    }
    return new Outcome(inTime, process.exitValue(), Files.readString(out));
  }

  @ParameterizedTest
  @MethodSource("pagesWithCommands")
  void the_commands_of_a_page_run(Path page) throws Exception {
    Future<Outcome> running = OUTCOMES.get(page);
    assumeTrue(running != null, "bash and curl are not here");
    Outcome outcome = Objects.requireNonNull(running).get();
    assertThat(outcome.inTime())
        .as("%s takes longer than %s s:%n%s", page, MOST_SECONDS, tail(outcome.said()))
        .isTrue();
    assertThat(outcome.code()).as("%s:%n%s", page, tail(outcome.said())).isZero();
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - 3000));
  }

  @Test
  void every_block_says_what_it_is_and_why_it_is_not_run() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> left = new ArrayList<>();
    int run = 0;
    for (Path page : pages()) {
      for (Block block : blocks(page)) {
        String first = block.text().lines().findFirst().orElse("");
        String where = ROOT.relativize(page) + ": ";
        if (!LANGUAGES.contains(block.language())) {
          wrong.add(where + "a block of '" + block.language() + "', expected one of " + LANGUAGES);
        } else if (!block.reason().isEmpty()) {
          left.add(where + first + ": " + block.reason());
        } else if (block.runs()) {
          run++;
        } else if (block.language().equals("text") && COMMAND.matcher(block.text()).find()) {
          wrong.add(where + "commands in a block of text: " + first);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(run).isGreaterThan(20);
    Files.write(Path.of("target", "docs-not-run.txt"), left);
  }

  private static final Pattern COMMAND =
      Pattern.compile("^(\\./)?distill (run|serve|check|predict|export) --?\\w", Pattern.MULTILINE);
}
