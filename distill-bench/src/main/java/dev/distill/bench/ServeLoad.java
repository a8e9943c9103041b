package dev.distill.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.serve.ServerConfig;
import dev.distill.serve.StudentServer;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Loads a server in a process of its own with requests of one row, checks every answer against the
 * student files, and swaps the model every second; then the same load for a server of the same
 * library, also in a process of its own, that returns a constant.
 */
public final class ServeLoad {
  private static final int ROWS = 64;
  private static final int VERIFIED = 4;
  private static final List<String> CITIES = List.of("Oslo", "Bergen", "Tromsø");
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Schema.NumberColumn("age"),
              new Schema.NumberColumn("income"),
              new Schema.NumberColumn("hours"),
              new Schema.NumberColumn("height"),
              new Schema.CategoryColumn("city", Schema.Coding.INDICATORS, CITIES),
              new Schema.CategoryColumn("smoker", Schema.Coding.INDICATORS, List.of("no", "yes"))));

  private ServeLoad() {}

  /** What a server process is asked, on its standard input. */
  private static final class Served implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final PrintStream questions;
    final InetSocketAddress address;

    Served(String... arguments) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-Dslf4j.internal.verbosity=ERROR"));
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(ServeLoad.class.getName());
      command.addAll(Arrays.asList(arguments));
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      questions = new PrintStream(process.getOutputStream(), true, UTF_8);
      address =
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(),
              Integer.parseInt(String.valueOf(answers.readLine())));
    }

    /** Its heap after a collection, and all of its memory, in words. */
    String memory() throws IOException {
      questions.println("heap");
      long heap = Long.parseLong(String.valueOf(answers.readLine()));
      String resident = "?";
      Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
      if (Files.exists(status)) {
        for (String line : Files.readAllLines(status)) {
          if (line.startsWith("VmRSS:")) {
            resident = "%.1f".formatted(Long.parseLong(line.replaceAll("\\D", "")) / 1024.);
          }
        }
      }
      return "heap %.2f MiB after a collection, resident %s MiB"
          .formatted(heap / 1048576., resident);
    }

    @Override
    public void close() {
      questions.close();
      try {
        process.waitFor(20, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process.destroy();
    }
  }

  /** Takes {@code [SECONDS [CONNECTIONS]]}, 20 and 16 unless told. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 0 && arguments[0].startsWith("--")) {
      process(arguments);
      return;
    }
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
    int connections = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 16;
    run(Duration.ofSeconds(seconds), connections, System.out);
  }

  /** What the processes do: serve, and say how large they are when asked. */
  private static void process(String[] arguments) throws Exception {
    if (arguments[0].equals("--constant")) {
      System.out.println(constant());
      heap();
      return;
    }
    ServerConfig config =
        ServerConfig.builder().folder(Path.of(arguments[1])).port(0).threads(1).build();
    try (StudentServer server = StudentServer.start(config)) {
      System.out.println(server.port());
      heap();
    }
  }

  private static void heap() throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    while (in.readLine() != null) {
      System.gc();
      System.out.println(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
  }

  /** A server that reads the request and answers what would be an answer; gives its port. */
  private static int constant() throws Exception {
    Buffer answer =
        Buffer.buffer(
            "{\"model_name\":\"m\",\"model_version\":\"1\",\"outputs\":[{\"name\":\"probabilities\","
                + "\"datatype\":\"FP64\",\"shape\":[1,2],\"data\":[0.12345678901234567,0.8765432109876543]},"
                + "{\"name\":\"label\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"yes\"]}]}");
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true));
    HttpServer[] server = new HttpServer[1];
    vertx
        .deployVerticle(
            new AbstractVerticle() {
              @Override
              public void start(Promise<Void> started) {
                server[0] =
                    vertx
                        .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                        .requestHandler(
                            request ->
                                request.bodyHandler(
                                    body ->
                                        request
                                            .response()
                                            .putHeader("Content-Type", "application/json")
                                            .end(answer)));
                server[0].listen().<Void>mapEmpty().onComplete(started);
              }
            })
        .toCompletionStage()
        .toCompletableFuture()
        .get();
    return server[0].actualPort();
  }

  /** Measures and prints. Fails if an answer was wrong. */
  static void run(Duration duration, int connections, PrintStream out) throws IOException {
    Path folder = Files.createTempDirectory("distill-serve-load");
    Path file = folder.resolve("m.distill");
    StudentFile[] students = {student(1), student(2)};
    students[0].write(file);
    List<Map<String, Object>> rows = rows();
    List<byte[]> requests = new ArrayList<>();
    for (Map<String, Object> row : rows) {
      requests.add(LoadClient.post("/v2/models/m/infer", tensors(row)));
    }
    Duration warm = Duration.ofSeconds(Math.min(15, Math.max(1, duration.toSeconds() / 2)));
    double constant;
    try (Served served = new Served("--constant")) {
      LoadClient.Check any = (request, answer, from, to) -> to > from;
      LoadClient.run(served.address, requests, any, connections, warm);
      LoadClient.Load load =
          LoadClient.run(
              served.address,
              requests,
              any,
              connections,
              Duration.ofSeconds(Math.min(20, duration.toSeconds())));
      print(out, "a constant", load);
      constant = load.perSecond();
    }
    LoadClient.Load load;
    try (Served served = new Served("--serve", folder.toString())) {
      Answers check = new Answers(rows, students);
      LoadClient.run(served.address, requests, check, connections, warm);
      out.println("memory at the start: " + served.memory());
      Swapper swapper = new Swapper(file, students);
      swapper.start();
      load = LoadClient.run(served.address, requests, check, connections, duration);
      swapper.interrupt();
      out.println("memory at the end:   " + served.memory());
      print(out, "a student", load);
      out.printf(
          "ratio to the constant %.2f; models written %d times; %s%n",
          load.perSecond() / constant, swapper.swaps, check);
    }
    Files.delete(file);
    Files.delete(folder);
    if (load.failures() > 0) {
      throw new IllegalStateException("a request failed: " + load.firstFailure());
    }
  }

  private static void print(PrintStream out, String what, LoadClient.Load load) {
    out.printf(
        "%-10s  %,.0f requests/s, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, %,d answers, %d failed%n",
        what,
        load.perSecond(),
        load.millis(.5),
        load.millis(.99),
        load.millis(.999),
        load.answers(),
        load.failures());
  }

  /** Writes the one student and the other in turn, a second each. */
  private static final class Swapper extends Thread {
    private final Path file;
    private final StudentFile[] students;
    volatile int swaps;

    Swapper(Path file, StudentFile[] students) {
      super("swapper");
      this.file = file;
      this.students = students;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        for (int swap = 1; true; swap++) {
          Thread.sleep(1_000);
          students[swap % 2].write(file);
          swaps = swap;
        }
      } catch (InterruptedException e) {
        // It is over.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Knows right answers: each body that has not been seen for a request is read and compared with
   * what the students say, to the bit; after that its bytes are enough.
   */
  private static final class Answers implements LoadClient.Check {
    private final ObjectMapper json = new ObjectMapper();
    private final List<Map<String, Object>> rows;
    private final StudentFile[] students;
    private final byte[][] right;
    private final long[] byStudent;
    private final int[] author;

    Answers(List<Map<String, Object>> rows, StudentFile[] students) {
      this.rows = rows;
      this.students = students;
      right = new byte[VERIFIED * rows.size()][];
      author = new int[right.length];
      byStudent = new long[students.length];
      Arrays.fill(right, new byte[0]);
    }

    @Override
    public boolean isRight(int request, byte[] answer, int from, int to) {
      for (int i = VERIFIED * request; i < VERIFIED * (request + 1); i++) {
        if (right[i].length == 0) {
          int by = author(request, Arrays.copyOfRange(answer, from, to));
          if (by < 0) {
            return false;
          }
          right[i] = Arrays.copyOfRange(answer, from, to);
          author[i] = by;
        }
        if (Arrays.equals(right[i], 0, right[i].length, answer, from, to)) {
          byStudent[author[i]]++;
          return true;
        }
      }
      return false;
    }

    /** Which student gives such an answer, or -1. */
    private int author(int request, byte[] answer) {
      try {
        JsonNode read = json.readTree(answer);
        for (int s = 0; s < students.length; s++) {
          Map<String, Double> expected = students[s].score(rows.get(request)).probabilities();
          boolean same = read.at("/outputs/0/data").size() == expected.size();
          int k = 0;
          for (double value : expected.values()) {
            same &= read.at("/outputs/0/data/" + k++).doubleValue() == value;
          }
          if (same
              && read.at("/outputs/1/data/0")
                  .asText()
                  .equals(students[s].score(rows.get(request)).label())) {
            return s;
          }
        }
        return -1;
      } catch (IOException e) {
        return -1;
      }
    }

    @Override
    public String toString() {
      return "right answers by student: " + Arrays.toString(byStudent);
    }
  }

  /** 100 trees of depth 4. */
  private static StudentFile student(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TreeEnsemble.Builder trees = TreeEnsemble.builder(SCHEMA.features(), new float[2]);
    int inner = 15;
    for (int t = 0; t < 100; t++) {
      trees.tree(2 * inner + 1, t / 50);
      for (int node = 0; node < 2 * inner + 1; node++) {
        if (node < inner) {
          int feature = random.nextInt(SCHEMA.features());
          float threshold = (float) (feature < 4 ? random.nextDouble() * 100 : 0.5);
          trees.split(node, feature, threshold, 2 * node + 1, 2 * node + 2, random.nextBoolean());
        } else {
          trees.leaf(node, (float) (random.nextDouble() * 0.2 - 0.1));
        }
      }
    }
    return new StudentFile(
        SCHEMA,
        trees.build(),
        List.of("no", "yes"),
        "kind",
        1,
        new float[SCHEMA.features()],
        Map.of());
  }

  private static List<Map<String, Object>> rows() {
    SplittableRandom random = new SplittableRandom(7);
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("age", random.nextInt(100));
      row.put("income", Math.round(random.nextDouble() * 1e4) / 100.);
      row.put("hours", random.nextInt(100));
      row.put("height", Math.round(random.nextDouble() * 1e3) / 10.);
      row.put("city", CITIES.get(random.nextInt(CITIES.size())));
      row.put("smoker", random.nextBoolean() ? "yes" : "no");
      rows.add(row);
    }
    return rows;
  }

  private static byte[] tensors(Map<String, Object> row) {
    StringBuilder text = new StringBuilder("{\"inputs\":[");
    row.forEach(
        (name, value) -> {
          boolean isText = value instanceof String;
          text.append(text.charAt(text.length() - 1) == '[' ? "" : ",");
          text.append("{\"name\":\"").append(name);
          text.append(isText ? "\",\"datatype\":\"BYTES\"" : "\",\"datatype\":\"FP64\"");
          text.append(",\"shape\":[1],\"data\":[");
          text.append(isText ? "\"" + value + "\"" : value).append("]}");
        });
    return text.append("]}").toString().getBytes(UTF_8);
  }
}
