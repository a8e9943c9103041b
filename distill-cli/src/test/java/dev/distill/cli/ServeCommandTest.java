package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeCommandTest {
  @TempDir private Path folder = Path.of("");

  private Path student() throws IOException {
    StudentFile student =
        new StudentFile(
            Schema.numbers(List.of("u")),
            TreeEnsemble.builder(1, new float[] {0, 1}).build(),
            List.of("no", "yes"),
            "kind",
            1,
            new float[1],
            Map.of());
    Path file = folder.resolve("student.distill");
    student.write(file);
    return file;
  }

  @Test
  void it_serves_until_it_is_told_to_end_and_exits_with_zero() throws Exception {
    Path token = folder.resolve("token");
    Files.writeString(token, "s3cret\n");
    Path log = folder.resolve("access.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.distill.cli.Main", "serve", "income=" + student()));
    command.addAll(List.of("--port", "0", "--grace", "2s", "--token-file", token.toString()));
    command.addAll(List.of("--access-log", log.toString(), "--log-rows", "1"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      StringBuilder text = new StringBuilder();
      Matcher at = Pattern.compile("Serving income at (http://127.0.0.1:\\d+/v2)").matcher("");
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        text.append(line).append('\n');
        at.reset(text);
        if (at.find()) {
          break;
        }
      }
      assertThat(at.reset(text).find()).as(text.toString()).isTrue();
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(at.group(1) + "/models/income/rows"))
                      .header("Authorization", "Bearer s3cret")
                      .POST(BodyPublishers.ofString("{\"rows\":[{\"u\":1}]}"))
                      .build(),
                  BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("\"label\":\"yes\"");
      process.destroy(); // SIGTERM
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(Files.readString(log)).contains("\"rows\":[{\"u\":1.0}]");
      // Nothing of any library's is printed.
      assertThat(text.toString().lines()).hasSize(2);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void wrong_input_is_told_in_a_line() throws IOException {
    assertThat(Cli.run("serve").code()).isEqualTo(2);
    assertThat(Cli.run("serve", folder.resolve("none")).err())
        .contains("none: there is no such file or folder of students");
    assertThat(Cli.run("serve", folder).err()).contains("no student that can be served");
    Path file = student();
    assertThat(Cli.run("serve", file, "--tls-cert", file).err()).contains("--tls-key");
    assertThat(Cli.run("serve", file, "--log-rows", "0.1").err()).contains("--access-log");
    assertThat(Cli.run("serve", file, "--max-rows", "0").err()).contains("rows must be > 0, got 0");
    assertThat(Cli.run("serve", "a b=" + file).err()).contains("letters, digits");
  }
}
