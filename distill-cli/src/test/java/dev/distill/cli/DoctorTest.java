package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.cli.Doctor.Finding;
import dev.distill.cli.Doctor.Level;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir private Path folder = Path.of("");

  private static Properties properties(String... changes) {
    Properties properties = new Properties();
    properties.putAll(System.getProperties());
    for (int i = 0; i < changes.length; i += 2) {
      properties.setProperty(changes[i], changes[i + 1]);
    }
    return properties;
  }

  private static Finding find(List<Finding> findings, String check) {
    return findings.stream().filter(f -> f.check().equals(check)).findFirst().orElseThrow();
  }

  @Test
  void here_all_is_well_and_every_native_library_was_at_work() throws IOException {
    Cli.Outcome outcome = Cli.run("doctor", "--json");
    assertThat(outcome.code()).as(outcome.out()).isZero();
    JsonNode json = new ObjectMapper().readTree(outcome.out());
    assertThat(json.path("ok").asBoolean()).isTrue();
    List<String> well = new ArrayList<>();
    for (JsonNode check : json.path("checks")) {
      assertThat(check.path("level").asText()).isNotEqualTo("fail");
      if (check.path("level").asText().equals("ok")) {
        well.add(check.path("check").asText());
      } else {
        assertThat(check.path("fix").asText()).as(check.toString()).isNotEmpty();
      }
    }
    assertThat(well)
        .contains("Java", "memory", "cores", "temp folder", "families", "teachers", "exports")
        .contains("DuckDB", "SQLite", "students", "ONNX Runtime");
  }

  @Test
  void what_is_wrong_is_told_with_what_to_do() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    String twice = String.join(File.pathSeparator, "a/guava-31.0.jar", "b/guava-33.8.0.jar");
    Properties properties =
        properties(
            "java.version", "11.0.2",
            "java.io.tmpdir", file.toString(),
            "sun.jnu.encoding", "ANSI_X3.4-1968",
            "native.encoding", "ANSI_X3.4-1968",
            "java.class.path", twice);
    List<Finding> findings =
        new Doctor(new Families(), properties, Map.of("DISTILL_CACHE", file.toString())).looks();
    assertThat(find(findings, "Java"))
        .matches(f -> f.level() == Level.FAIL && f.fix().contains("install a JDK, 17 or newer"));
    assertThat(find(findings, "temp folder"))
        .matches(f -> f.level() == Level.FAIL && f.fix().contains("-Djava.io.tmpdir=DIR"));
    assertThat(find(findings, "cache folder"))
        .matches(f -> f.level() == Level.FAIL && f.fix().contains("DISTILL_CACHE=DIR"));
    assertThat(find(findings, "encoding"))
        .matches(f -> f.level() == Level.WARN && f.fix().contains("LC_ALL=C.UTF-8"));
    assertThat(find(findings, "class path"))
        .matches(f -> f.level() == Level.WARN && f.found().contains("guava 31.0 and 33.8.0"));
    assertThat(Doctor.text(findings).lines().filter(line -> line.startsWith("fail  "))).hasSize(3);
    assertThat(Doctor.text(findings)).contains("→ install a JDK, 17 or newer");
  }

  @Test
  void the_cache_is_where_answers_are_kept() {
    Properties properties = properties("user.home", folder.toString());
    List<Finding> findings = new Doctor(new Families(), properties, Map.of()).looks();
    assertThat(find(findings, "cache folder").found())
        .startsWith(folder.resolve(Path.of(".cache", "distill", "teachers")).toString());
  }

  @Test
  void a_plugin_that_can_not_be_loaded_is_a_warning_or_a_failure() throws IOException {
    Path jar = Files.writeString(folder.resolve("broken.jar"), "not a jar");
    Cli.Outcome outcome = Cli.run("doctor", "--plugin", jar);
    assertThat(outcome.code()).as(outcome.out()).isZero();
    assertThat(outcome.out()).contains("warn  plugin broken.jar", "can't be loaded");
    Cli.Outcome none = Cli.run("doctor", "--plugin", folder.resolve("none.jar"));
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.out()).contains("fail  families", "none.jar", "lines that begin with fail");
  }
}
