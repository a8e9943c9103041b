package dev.distill.search.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Python's Optuna: Debian's, or another one by {@code -Doptuna.python=PATH}. */
final class Optuna {
  private static final String PYTHON = System.getProperty("optuna.python", "/usr/bin/python3");

  private Optuna() {}

  /** Skips a test, with a word, where modules are missing. */
  static void assumeThere(String modules) throws IOException, InterruptedException {
    boolean there =
        Files.isExecutable(Path.of(PYTHON))
            && new ProcessBuilder(PYTHON, "-c", "import " + modules)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor()
                == 0;
    if (!there) {
      System.err.println(
          "skipped: %s can't import %s (Debian: python3-optuna, python3-psycopg2)"
              .formatted(PYTHON, modules));
    }
    assumeTrue(there);
  }

  /** What the script of the tests prints. */
  static String run(Path folder, String command, String url, String study)
      throws IOException, InterruptedException {
    Path script = folder.resolve("optuna_tool.py");
    try (InputStream in =
        Objects.requireNonNull(Optuna.class.getResourceAsStream("optuna_tool.py"))) {
      Files.write(script, in.readAllBytes());
    }
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(PYTHON, script.toString(), command, url, study)
            .redirectError(errors.toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    return out;
  }
}
