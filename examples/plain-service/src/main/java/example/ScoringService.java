package example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.distill.runtime.Prediction;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.StudentFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A service on the JDK's own server that scores with the students of a folder and follows its files.
 *
 * <pre>
 * GET /score/income?age=41&amp;city=Oslo   200: the class and its probability; 404: no such student
 * GET /health                          200: there are students, and what is wrong if anything is; 503: there are none
 * </pre>
 *
 * For a server with the Open Inference Protocol, metrics and limits there is distill-serve.
 */
public final class ScoringService implements AutoCloseable {
  private final StudentFolder students;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);

  /**
   * Starts to answer at loopback.
   *
   * @param port 0 for any that is free
   * @param every how long from one look at the files to the next
   */
  public ScoringService(Path folder, int port, Duration every) throws IOException {
    students = StudentFolder.follow(folder, every);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/score/", this::score);
    server.createContext("/health", this::health);
    server.setExecutor(threads);
    server.start();
  }

  /** Usage: java -jar plain-service.jar FOLDER [PORT] */
  public static void main(String[] args) throws IOException {
    int port = args.length > 1 ? Integer.parseInt(args[1]) : 8080;
    ScoringService service = new ScoringService(Path.of(args[0]), port, Duration.ofSeconds(1));
    Runtime.getRuntime().addShutdownHook(new Thread(service::close));
    System.out.println("http://127.0.0.1:" + service.port());
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void score(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring("/score/".length());
    Optional<StudentFile> student = students.student(name);
    if (student.isEmpty()) {
      answer(exchange, 404, "no student '" + name + "', only " + students.students().keySet());
      return;
    }
    try {
      Prediction prediction = student.get().score(row(exchange.getRequestURI().getRawQuery()));
      double probability = prediction.probabilities().get(prediction.label());
      answer(exchange, 200, prediction.label() + " " + probability);
    } catch (IllegalArgumentException e) {
      answer(exchange, 400, e.getMessage());
    }
  }

  /** A broken file is told but does not take the service away: the student before it answers. */
  private void health(HttpExchange exchange) throws IOException {
    int status = students.students().isEmpty() ? 503 : 200;
    answer(exchange, status, students.problem().orElse("ok"));
  }

  /** Texts: the student reads numbers from them as it does from a CSV file. */
  private static Map<String, String> row(String query) {
    Map<String, String> row = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      if (parts.length == 2) {
        row.put(decode(parts[0]), decode(parts[1]));
      }
    }
    return row;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(1);
    threads.shutdown();
    students.close();
  }
}
