package dev.distill.cli;

import static dev.distill.cli.Fuzz.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.distill.cli.data.AccessLog;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.TableReader;
import dev.distill.data.TeacherKind;
import dev.distill.export.JsonExporter;
import dev.distill.report.page.ComparePage;
import dev.distill.report.page.ReportPage;
import dev.distill.report.page.RunFolder;
import dev.distill.runtime.StudentFile;
import dev.distill.search.jdbc.JdbcStore;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A short campaign against each reader of files, but those of student files and of requests, which
 * have theirs in their modules ({@code FuzzTest}, {@code MalformedTest}).
 */
class ParsersFuzzTest {
  private static final List<String> TABLES =
      List.of(
          "size,colour,kind\n1.5,red,cat\n,\"a \"\"b\"\", c\",dog\n-2e3,NA,cat\n3,\"two\nlines\",dog\n",
          "size;colour;kind\r\n1,5;red;cat\r\n2,5;;dog\r\n3;blue;cat\r\n",
          "size\tcolour\tkind\n1\tred\tcat\n2\t\tdog\n inf\tred\tcat\n",
          "\ufeffsize|colour|kind\n1|rød|cat\n2|東京|dog\n");

  @TempDir private static Path folder = Path.of("");
  private static Path run = Path.of("");

  @BeforeAll
  static void runs() throws Exception {
    Cli.writeData(folder, "train", 200, 1);
    run = folder.resolve("run");
    Cli.Outcome outcome =
        Cli.run(
            "run",
            "--train",
            folder.resolve("train.csv"),
            "--label",
            "kind",
            "--teacher",
            folder.resolve("train_teacher.csv"),
            "--families",
            "xgboost.tree,tribuo.linear",
            "--trials",
            4,
            "--study",
            folder.resolve("study.db"),
            "--out",
            run);
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  private static byte[] zipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }

  private static List<byte[]> files(String... names) throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name : names) {
      files.add(Files.readAllBytes(run.resolve(name)));
    }
    return files;
  }

  private static Path written(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static StudentFile student() throws IOException {
    return StudentFile.load(run.resolve("student.distill"));
  }

  // ---- tables ----

  @Test
  void tables() throws Exception {
    List<byte[]> honest = new ArrayList<>(TABLES.stream().map(Fuzz::text).toList());
    honest.add(zipped(honest.get(0)));
    try (TableReader reader = new TableReader()) {
      Fuzz.Outcome outcome =
          new Fuzz("tables", honest)
              .where("fuzz.csv")
              .run(file -> reader.read(written("fuzz.csv", file), Set.of("kind")));
      assertThat(outcome.read()).isPositive();
      assertThat(outcome.refused()).isPositive();
    }
  }

  @Test
  void json_tables() throws Exception {
    List<byte[]> honest =
        List.of(
            text("[{\"size\":1.5,\"colour\":\"red\",\"kind\":\"cat\"},{\"size\":null}]"),
            text("{\"size\":1,\"kind\":true}\n{\"size\":2,\"kind\":false}\n"));
    try (TableReader reader = new TableReader()) {
      new Fuzz("json_tables", honest)
          .where("fuzz.json")
          .run(file -> reader.read(written("fuzz.json", file), Set.of("kind")));
    }
  }

  @Test
  void training_rows() throws Exception {
    Path teacher = written("four.csv", text("p_cat,p_dog\n.5,.5\n1,0\n0,1\n.2,.8\n"));
    new Fuzz("training_rows", List.of(text(TABLES.get(0))))
        .where(".csv")
        .run(
            file ->
                new DataLoader("kind", null, TeacherKind.PROBABILITIES, false)
                    .load(written("fuzz-train.csv", file), teacher));
  }

  @Test
  void teachers_files() throws Exception {
    Path train = written("four-rows.csv", text(TABLES.get(0)));
    List<byte[]> honest =
        List.of(
            text("p_cat,p_dog\n0.5,0.5\n1,0\n0,1\n0.25,0.75\n"),
            text("dog;cat;size\n0,5;0,5;1,5\n1;0;\n0;1;-2e3\n0,25;0,75;3\n"));
    new Fuzz("teachers_files", honest)
        .where(".csv")
        .run(
            file ->
                new DataLoader("kind", null, TeacherKind.PROBABILITIES, false)
                    .load(train, written("fuzz-teacher.csv", file)));
  }

  // ---- what a run wrote ----

  @Test
  void configurations() throws Exception {
    CommandSpec spec = Main.commandLine(new RunCommand()).getCommandSpec();
    List<byte[]> honest = new ArrayList<>(files("run.yaml"));
    honest.add(text("train: a b.csv\nlabel: \"kind\"\nfamilies: [xgboost.tree, 'smile.tree']\n"));
    honest.add(text("# none\ntrain: >\n  a.csv\nid: |\n  b\nrecord:\n  files:\n    a: b\n"));
    new Fuzz("configurations", honest)
        .where("fuzz.yaml")
        .most(512L << 20) // some hundred bytes for each of its own, of which a few are kept
        .run(file -> RunConfig.read(written("fuzz.yaml", file), spec).words(Set.of()));
  }

  @Test
  void results() throws Exception {
    Path broken = Files.createDirectories(folder.resolve("fuzz-result"));
    Files.copy(run.resolve("leaderboard.csv"), broken.resolve("leaderboard.csv"));
    Files.copy(run.resolve("student.distill"), broken.resolve("student.distill"));
    new Fuzz("results", files("result.json"))
        .where("fuzz-result")
        .run(
            file -> {
              Files.write(broken.resolve("result.json"), file);
              page(broken);
            });
  }

  @Test
  void leaderboards() throws Exception {
    Path broken = Files.createDirectories(folder.resolve("fuzz-board"));
    Files.copy(run.resolve("result.json"), broken.resolve("result.json"));
    new Fuzz("leaderboards", files("leaderboard.csv"))
        .where("fuzz-board")
        .run(
            file -> {
              Files.write(broken.resolve("leaderboard.csv"), file);
              page(broken);
            });
  }

  private static void page(Path folder) throws IOException {
    RunFolder read = RunFolder.read(folder);
    ReportPage.of(read);
    ComparePage.of(List.of(read, RunFolder.read(run)));
    ComparePage.text(List.of(read, RunFolder.read(run)));
  }

  @Test
  void exports() throws Exception {
    StudentFile student = student();
    JsonExporter exporter = new JsonExporter();
    byte[] honest = exporter.export(student, "s.json", Map.of()).values().iterator().next();
    new Fuzz("exports", List.of(honest))
        .where("fuzz-export.json")
        .run(file -> exporter.open(written("fuzz-export.json", file), student).close());
  }

  // ---- what a server wrote ----

  @Test
  void access_logs() throws Exception {
    String line =
        "{\"model\":\"m\",\"id\":\"7\",\"rows\":[{\"size\":1,\"weight\":\"2\",\"colour\":\"red\",\"kind\":\"cat\"}],"
            + "\"predictions\":[{\"label\":\"cat\"}]}\n";
    StudentFile student = student();
    Fuzz.Outcome outcome =
        new Fuzz("access_logs", List.of(text(line.repeat(3)), text(line + "{\"ms\":1}\n")))
            .run(
                file -> {
                  try (AccessLog log =
                      new AccessLog(written("fuzz.log", file), student, "kind", null, null)) {
                    while (log.next() != null) {}
                  }
                });
    // A line that can't be read is counted and left out.
    assertThat(outcome.refused()).isZero();
  }

  // ---- teachers behind an address ----

  private static final String METADATA =
      "{\"name\":\"m\",\"versions\":[\"1\"],\"inputs\":[{\"name\":\"u\",\"datatype\":\"FP64\",\"shape\":[-1]}],"
          + "\"outputs\":[{\"name\":\"prob\",\"datatype\":\"FP64\",\"shape\":[-1,2]}]}";
  private static final String ANSWER =
      "{\"outputs\":[{\"name\":\"prob\",\"datatype\":\"FP64\",\"shape\":[2,2],\"data\":[0.25,0.75,[0.5,0.5]]}]}";

  @Test
  void answers_of_teachers() throws Exception {
    byte[][] says = {text(METADATA), text(ANSWER)};
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] body = says[exchange.getRequestMethod().equals("GET") ? 0 : 1];
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    String home = System.getProperty("user.home");
    System.setProperty("user.home", folder.toString());
    try {
      TeacherProvider http =
          ServiceLoader.load(TeacherProvider.class).stream()
              .map(ServiceLoader.Provider::get)
              .filter(provider -> provider.id().equals("http"))
              .findFirst()
              .orElseThrow();
      String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/v2/models/m";
      long[] row = new long[1];
      new Fuzz("answers_of_teachers", List.of(text(METADATA), text(ANSWER)))
          .where(address)
          .run(
              file -> {
                boolean metadata = new String(file, StandardCharsets.UTF_8).contains("inputs");
                says[0] = metadata ? file : text(METADATA);
                says[1] = metadata ? text(ANSWER) : file;
                try (TeacherModel teacher = http.open(address)) {
                  // New rows, for those that were answered are not asked about again.
                  Table rows =
                      new Table(
                          address,
                          List.of(new Table.Numbers("u", new double[] {row[0]++, row[0]++})));
                  teacher.check(rows, List.of("no", "yes"));
                  teacher.probabilities(rows, List.of("no", "yes"));
                }
              });
    } finally {
      System.setProperty("user.home", home);
      server.stop(0);
    }
  }

  // ---- study stores ----

  /** Bytes of the file. */
  @Test
  void damaged_stores() throws Exception {
    new Fuzz("damaged_stores", List.of(Files.readAllBytes(folder.resolve("study.db"))))
        .where("fuzz.db")
        .run(file -> studies(written("fuzz.db", file)));
  }

  /** Values in its tables, as another program may have put them there. */
  @Test
  void hostile_stores() throws Exception {
    List<byte[]> values =
        List.of(
            text("{\"name\": \"FloatDistribution\", \"attributes\": {\"low\": 0, \"high\": 1}}"),
            text("{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [1]}}"),
            text("{\"a\": [1, null, NaN]}"),
            text("2024-01-02 03:04:05.678901"),
            text("COMPLETE"),
            text("MAXIMIZE"),
            text("17"));
    new Fuzz("hostile_stores", values)
        .where("hostile.db")
        .run(
            value -> {
              Path file =
                  Files.copy(
                      folder.resolve("study.db"),
                      folder.resolve("hostile.db"),
                      StandardCopyOption.REPLACE_EXISTING);
              put(file, new String(value, StandardCharsets.UTF_8));
              studies(file);
            });
  }

  private static void put(Path file, String value) throws SQLException {
    Random random = new Random(value.hashCode());
    try (Connection base = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = base.createStatement()) {
      statement.execute("PRAGMA synchronous = OFF");
      List<String> columns = new ArrayList<>();
      try (ResultSet all =
          statement.executeQuery(
              "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p"
                  + " WHERE m.type = 'table' AND p.pk = 0 AND m.name NOT LIKE 'sqlite%'")) {
        while (all.next()) {
          columns.add(all.getString(1) + " SET " + all.getString(2));
        }
      }
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        String where = random.nextBoolean() ? "" : " WHERE rowid % 5 = 0";
        String column = columns.get(random.nextInt(columns.size()));
        try (PreparedStatement update =
            base.prepareStatement("UPDATE OR IGNORE " + column + " = ?" + where)) {
          update.setString(1, random.nextInt(6) == 0 ? null : value);
          update.executeUpdate();
        } catch (SQLException e) {
          // The table does not take it.
        }
      }
    }
  }

  private static void studies(Path file) throws IOException {
    try (JdbcStore store = JdbcStore.existing(file.toString())) {
      for (String name : store.studies()) {
        if (store.find(name).isPresent()) {
          store.trials(name);
        }
      }
    }
    for (Object[] words :
        new Object[][] {{"studies", file}, {"studies", file, "distill/student"}}) {
      Cli.Outcome outcome = Cli.run(words);
      if (outcome.code() != Main.OK) {
        assertThat(outcome.err()).startsWith("distill: ").hasLineCount(1);
        throw new IOException(outcome.err());
      }
    }
  }
}
