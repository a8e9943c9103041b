package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows must work as it stands there. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void the_lines_of_java_compile_and_run() throws Exception {
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
    assertThat(block.find()).isTrue();
    String lines =
        block
            .group(1)
            .replace("Path.of(\"student.distill\")", "folder.resolve(\"student.distill\")");
    Path source = folder.resolve("Snippet.java");
    Files.writeString(
        source,
        """
        import dev.distill.auto.*;
        import dev.distill.data.Dataset;
        import dev.distill.runtime.StudentFile;
        import dev.distill.spi.*;
        import java.nio.file.Path;
        import java.util.*;
        public class Snippet {
          static class SlowModel {
            double[] predict(Matrix rows) {
              double[] p = new double[2 * rows.rows()];
              for (int i = 0; i < rows.rows(); i++) {
                p[2 * i] = 1 / (1 + Math.exp(rows.get(i, 0) - 5));
                p[2 * i + 1] = 1 - p[2 * i];
              }
              return p;
            }
          }
          public static double[] run(Path folder) throws Exception {
            SlowModel slowModel = new SlowModel();
            SplittableRandom random = new SplittableRandom(1);
            float[][] features = new float[300][2];
            List<String> labels = new ArrayList<>();
            for (float[] row : features) {
              row[0] = (float) random.nextDouble(10);
              row[1] = (float) random.nextDouble(10);
              labels.add(random.nextDouble() < 1 / (1 + Math.exp(row[0] - 5)) ? "no" : "yes");
            }
        """
            + lines
            + "    return probabilities;\n  }\n}\n");
    assertThat(Javac.problems(source, folder)).isEmpty();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      double[] probabilities =
          (double[]) loader.loadClass("Snippet").getMethod("run", Path.class).invoke(null, folder);
      assertThat(probabilities[0] + probabilities[1]).isCloseTo(1, within(1e-12));
      // The teacher gives 0.475 to "no" at 5.1.
      assertThat(probabilities[0]).isBetween(0.3, 0.7);
    }
  }

  @Test
  void the_commands_are_commands() throws IOException {
    Matcher command =
        Pattern.compile("^\\./distill (\\w+)", Pattern.MULTILINE).matcher(Files.readString(README));
    int found = 0;
    while (command.find()) {
      found++;
      assertThat(Cli.run(command.group(1), "--help").code()).as(command.group()).isZero();
    }
    assertThat(found).isGreaterThan(4);
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }
}
