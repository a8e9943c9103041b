package dev.distill.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.NoAnswerException;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTeacherTest {
  private static final List<String> CLASSES = List.of("no", "yes");

  @TempDir private Path folder = Path.of("");
  private TestServer server;

  HttpTeacherTest() throws IOException {
    server = new TestServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @BeforeEach
  void nothing_is_kept_yet() {
    assertThat(folder).isEmptyDirectory();
  }

  /** Waits of milliseconds and four rows a request. */
  private TeacherModel open(String place, Duration timeout) throws IOException {
    Options quick =
        new Options(
            Duration.ofSeconds(5),
            timeout,
            4,
            Duration.ofMillis(1),
            Duration.ofMillis(5),
            4,
            folder.resolve("deep").resolve("cache"),
            "s3cret");
    return new HttpTeachers(() -> quick).open(place);
  }

  private TeacherModel open() throws IOException {
    return open(server.url(), Duration.ofSeconds(20));
  }

  private double[] ask(Table rows) throws IOException {
    try (TeacherModel teacher = open()) {
      teacher.check(rows, CLASSES);
      return teacher.probabilities(rows, CLASSES);
    }
  }

  /** Row i is (i/100, i); its answer is i/100. */
  private static Table rows(int from, int count) {
    double[] u = new double[count];
    double[] v = new double[count];
    for (int i = 0; i < count; i++) {
      u[i] = (from + i) / 100.0;
      v[i] = from + i;
    }
    return new Table("t.csv", List.of(new Table.Numbers("u", u), new Table.Numbers("v", v)));
  }

  private static void assertAnswers(double[] given, int from, int count) {
    assertThat(given).hasSize(2 * count);
    for (int i = 0; i < count; i++) {
      assertThat(given[2 * i]).isCloseTo(1 - (from + i) / 100.0, within(1e-9));
      assertThat(given[2 * i + 1]).isCloseTo((from + i) / 100.0, within(1e-9));
    }
  }

  private void assertPaidOnce(int rows) {
    assertThat(server.paid).hasSize(rows);
    assertThat(server.paid.values()).containsOnly(1);
  }

  private static void assertOneLine(ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains(words));
  }

  private Path cacheFile() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("deep").resolve("cache"))) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  @Test
  void it_is_found_and_opens_addresses() {
    assertThat(ServiceLoader.load(TeacherProvider.class))
        .filteredOn(provider -> provider.id().equals("http"))
        .singleElement()
        .satisfies(
            provider -> {
              assertThat(provider.opens("http://h/v2/models/m")).isTrue();
              assertThat(provider.opens("HTTPS://h/v2/models/m")).isTrue();
              assertThat(provider.opens("http.onnx")).isFalse();
            });
  }

  @Test
  void one_tensor_takes_all_columns_in_batches() throws IOException {
    Table rows = rows(0, 10);
    assertAnswers(ask(rows), 0, 10);
    assertThat(server.requests).hasSize(3);
    assertThat(server.requests.get(0).at("/inputs/0/shape").toString()).isEqualTo("[4,2]");
    assertThat(server.requests.get(0).at("/inputs/0/data/3").asDouble()).isEqualTo(1);
    assertThat(server.requests.get(0).at("/outputs/0/name").asText()).isEqualTo("probabilities");
    assertThat(server.tokens).containsOnly("Bearer s3cret");
    assertPaidOnce(10);
  }

  @Test
  void inputs_by_name_take_numbers_and_texts() throws IOException {
    server.metadata =
        """
        {"name":"m","inputs":[{"name":"kind","datatype":"BYTES","shape":[-1,1]},
          {"name":"v","datatype":"INT64","shape":[-1]},{"name":"u","datatype":"FP64","shape":[-1,1]}],
         "outputs":[{"name":"probabilities","datatype":"FP64","shape":[-1,-1]}]}""";
    Table rows =
        new Table(
            "t.csv",
            List.of(
                new Table.Numbers("u", new double[] {0.25, Double.NaN}),
                new Table.Texts("kind", new int[] {0, -1}, List.of("größer, \"x\"")),
                new Table.Numbers("unused", new double[] {7, 8}),
                new Table.Numbers("v", new double[] {1, 0})));
    assertThat(ask(rows)).containsExactly(0, 1, 1, 0);
    assertThat(server.paid).containsOnlyKeys("\"größer, \\\"x\\\"\" 1 0.25", "\"\" 0 null");
    // A column that the model does not see changes no answer.
    assertThat(ask(rows.select(List.of("v", "kind", "u")))).containsExactly(0, 1, 1, 0);
    assertPaidOnce(2);
  }

  @Test
  void the_same_row_is_sent_once() throws IOException {
    double[] u = {0.5, 0.25, 0.5, 0.5, 0, 0.25};
    Table rows =
        new Table(
            "t.csv", List.of(new Table.Numbers("u", u), new Table.Numbers("v", new double[6])));
    assertThat(ask(rows)).containsExactly(.5, .5, .75, .25, .5, .5, .5, .5, 1, 0, .75, .25);
    assertPaidOnce(3);
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void what_was_answered_once_is_not_asked_again() throws IOException {
    ask(rows(0, 6));
    assertAnswers(ask(rows(3, 6)), 3, 6);
    assertPaidOnce(9);
    // Other classes are other answers.
    try (TeacherModel teacher = open()) {
      teacher.probabilities(rows(0, 1), List.of("yes", "no"));
    }
    assertThat(server.paid.values()).contains(2);
  }

  @Test
  void two_teachers_at_once_share_what_they_pay_for() throws IOException {
    try (TeacherModel one = open();
        TeacherModel other = open()) {
      one.probabilities(rows(0, 5), CLASSES);
      other.probabilities(rows(3, 5), CLASSES);
      assertAnswers(one.probabilities(rows(0, 8), CLASSES), 0, 8);
    }
    assertPaidOnce(8);
  }

  @Test
  void a_new_version_of_the_model_is_asked_again() throws IOException {
    ask(rows(0, 2));
    server.metadata = TestServer.TENSOR.replace("[\"1\"]", "[\"1\",\"2\"]");
    ask(rows(0, 2));
    assertThat(server.paid.values()).containsOnly(2);
  }

  @Test
  void a_torn_end_is_cut_off_and_a_damaged_record_counts_as_none() throws IOException {
    ask(rows(0, 6));
    Path file = cacheFile();
    long whole = Files.size(file);
    Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    ask(rows(0, 6));
    assertThat(Files.size(file)).isEqualTo(whole);
    assertPaidOnce(6);

    byte[] bytes = Files.readAllBytes(file);
    bytes[12 + 40] ^= 1;
    Files.write(file, bytes);
    assertAnswers(ask(rows(0, 6)), 0, 6);
    assertThat(server.paid.values()).containsOnlyOnce(2);
    ask(rows(0, 6));
    assertThat(server.paid.values()).containsOnlyOnce(2).containsOnly(1, 2);

    Files.write(file, ByteBuffer.allocate(5).array());
    assertAnswers(ask(rows(0, 6)), 0, 6);
    Files.write(file, new byte[200]);
    assertOneLine(() -> ask(rows(0, 6)), file.toString(), "delete it", "DISTILL_CACHE");
  }

  @ParameterizedTest
  @CsvSource({
    "401, no such token, DISTILL_TEACHER_TOKEN",
    "404, no such model, the server refused with 404",
    "400, bad shape, '400 ''bad shape'''",
    "302, moved, it has moved to http://elsewhere/"
  })
  void a_refusal_ends_at_once(int status, String message, String words) {
    int[] asked = {0};
    server.trouble =
        (number, exchange) -> {
          asked[0]++;
          exchange.getResponseHeaders().set("Location", "http://elsewhere/");
          TestServer.reply(exchange, status, "{\"error\":\"" + message + "\"}");
          return true;
        };
    assertThatThrownBy(() -> ask(rows(0, 3))).isInstanceOf(NoAnswerException.class);
    assertThat(asked[0]).isEqualTo(1);
    assertOneLine(() -> ask(rows(0, 3)), server.url(), message, words);
  }

  @Test
  void nothing_listens() {
    server.close();
    assertThatThrownBy(this::open).isInstanceOf(IOException.class);
    assertOneLine(this::open, server.url(), "no answer in 4 attempts", "can't connect");
  }

  @Test
  void a_slow_server_is_asked_again() throws IOException {
    server.trouble =
        (number, exchange) -> {
          if (number == 1) {
            Thread.sleep(Duration.ofMinutes(1).toMillis());
          } else if (number == 2) {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            Thread.sleep(Duration.ofMinutes(1).toMillis());
          }
          return false;
        };
    try (TeacherModel teacher = open(server.url(), Duration.ofMillis(1_500))) {
      assertAnswers(teacher.probabilities(rows(0, 3), CLASSES), 0, 3);
    }
    assertPaidOnce(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[2,2] | 0.5,0.5,NaN,0.5     | answered class 'no' of a row with NaN",
        "[2,2] | 0.5,0.5,null,0.5    | answered class 'no' of a row with NaN",
        "[2,2] | 0.5,0.5,0.5,1e999   | answered class 'yes' of a row with Infinity",
        "[2,2] | 0.5,0.5,-1,2        | answered class 'no' of a row with -1.0, allowed 0 to 1",
        "[2,2] | 0.5,0.5,0.5,0.6     | sum to 1.1",
        "[2,3] | 0.5,0.5,0,0.5,0.5,0 | answered 2 rows with 6 numbers of the shape [2,3], expected 4",
        "[1,2] | 0.5,0.5             | answered 2 rows with 2 numbers of the shape [1,2], expected 4",
        "[2,2] | 0.5,0.5             | answered 2 rows with 2 numbers",
        "[4,1] | 0.5,0.5,0.5,0.5     | of the shape [4,1]",
      })
  void a_lie_is_named_and_not_kept(String shape, String data, String words) throws IOException {
    server.trouble =
        (number, exchange) -> {
          TestServer.reply(exchange, 200, TestServer.answer(shape, data));
          return true;
        };
    assertOneLine(() -> ask(rows(0, 2)), server.url(), words);
    server.trouble = (number, exchange) -> false;
    assertAnswers(ask(rows(0, 2)), 0, 2);
    assertPaidOnce(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[-1] | [%s]", "[-1,1] | [%s,1]", "[-1,-1] | [%s,1]", "[-1,-1] | [%s]"})
  void one_number_a_row_is_the_second_of_two_classes(String said, String shape) throws IOException {
    server.metadata = TestServer.TENSOR.replace("[-1,2]}]}", said + "}]}");
    server.shape = shape;
    assertAnswers(ask(rows(0, 10)), 0, 10);
    assertAnswers(ask(rows(0, 10)), 0, 10);
    assertPaidOnce(10);
    try (TeacherModel teacher = open()) {
      List<String> three = List.of("a", "b", "c");
      assertOneLine(
          () -> {
            teacher.check(rows(0, 2), three);
            teacher.probabilities(rows(0, 2), three);
          },
          server.url(),
          "'a', 'b', 'c'");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "-2", "NaN", "null"})
  void one_number_that_is_no_probability_is_named_and_not_kept(String number) throws IOException {
    server.metadata = TestServer.TENSOR.replace("[-1,2]}]}", "[-1,1]}]}");
    server.trouble =
        (request, exchange) -> {
          TestServer.reply(exchange, 200, TestServer.answer("[2,1]", "0.5," + number));
          return true;
        };
    assertOneLine(
        () -> ask(rows(0, 2)), server.url(), "expected the probability of class 'yes', 0 to 1");
    server.trouble = (request, exchange) -> false;
    server.shape = "[%s,1]";
    assertAnswers(ask(rows(0, 2)), 0, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>\nhello", "[]", "{}", ""})
  void an_answer_that_is_none_is_named(String body) {
    server.trouble =
        (number, exchange) -> {
          TestServer.reply(exchange, 200, body);
          return true;
        };
    assertOneLine(() -> ask(rows(0, 2)), server.url());
  }

  @Test
  void a_flapping_server_is_asked_until_it_answers() throws IOException {
    server.trouble =
        (number, exchange) -> {
          if (number % 2 == 1) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            TestServer.reply(exchange, number % 4 == 1 ? 503 : 429, "busy");
            return true;
          }
          return false;
        };
    assertAnswers(ask(rows(0, 20)), 0, 20);
    assertPaidOnce(20);
  }

  @Test
  void a_run_after_an_outage_goes_on_where_the_first_one_ended() throws IOException {
    server.trouble =
        (number, exchange) -> {
          if (number > 2) {
            TestServer.reply(exchange, 503, "down\nfor now");
            return true;
          }
          return false;
        };
    assertOneLine(
        () -> ask(rows(0, 20)), server.url(), "no answer in 4 attempts", "503 'down for now'");
    assertPaidOnce(8);
    server.trouble = (number, exchange) -> false;
    assertAnswers(ask(rows(0, 20)), 0, 20);
    assertPaidOnce(20);
  }

  @Test
  void data_that_do_not_fit_are_named() throws IOException {
    try (TeacherModel teacher = open()) {
      assertOneLine(
          () -> teacher.check(rows(0, 1).select(List.of("u")), CLASSES),
          "input 'x' takes 2 columns, t.csv has 1");
      assertOneLine(
          () -> teacher.check(rows(0, 1), List.of("a", "b", "c")),
          "output 'probabilities' is of 2 classes, the data have 3");
      Table texts =
          new Table(
              "t.csv",
              List.of(
                  new Table.Numbers("u", new double[1]),
                  new Table.Texts("v", new int[1], List.of("red"))));
      assertOneLine(
          () -> teacher.check(texts, CLASSES), "column 'v' of t.csv holds texts such as 'red'");
    }
    server.metadata =
        TestServer.TENSOR.replace("\"FP32\",\"shape\":[-1,2]}],", "\"FP32\",\"shape\":[-1]}],");
    assertOneLine(() -> ask(rows(0, 1)), "input 'x' takes 1 columns");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://h/v1/models/m",
        "http://h/v2/models/",
        "http://h/v2/models/m?x=1",
        "http://u:p@h/v2/models/m",
        "http:///v2/models/m",
        "http://h/v2/models/a b"
      })
  void an_address_that_is_none_is_named(String place) {
    assertThatThrownBy(() -> open(place, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("u:p"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | name no input",
        "{'inputs':[{'name':'x','datatype':'BOOL','shape':[-1,2]}]} | input 'x' is BOOL [-1,2]",
        "{'inputs':[{'name':'x','datatype':'FP32','shape':[-1,3,8]}]} | input 'x' is FP32 [-1,3,8]",
        "{'inputs':[{'name':'x','datatype':'FP32','shape':[-1,2]}]} | expected one output",
      },
      quoteCharacter = '`')
  void a_model_that_is_not_for_tables_is_named(String metadata, String words) {
    server.metadata = metadata.replace('\'', '"');
    assertOneLine(this::open, server.url(), words);
  }

  @Test
  void folder_and_token_come_from_the_environment() {
    assertThat(Options.of(Map.of("DISTILL_CACHE", "/c", "XDG_CACHE_HOME", "/x")).cache())
        .isEqualTo(Path.of("/c"));
    assertThat(Options.of(Map.of("XDG_CACHE_HOME", "/x")).cache())
        .isEqualTo(Path.of("/x/distill/teachers"));
    assertThat(Options.of(Map.of()).cache())
        .hasToString(System.getProperty("user.home") + "/.cache/distill/teachers");
    assertThat(Options.of(Map.of("DISTILL_TEACHER_TOKEN", " t\n")).token()).isEqualTo("t");
    assertThat(Options.of(Map.of()).token()).isNull();
    assertThatThrownBy(() -> Options.of(Map.of("DISTILL_TEACHER_TOKEN", "a\nsecret")))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }
}
