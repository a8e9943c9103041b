package dev.distill.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of docs/spark.md compiles, its blocks one after the other in one method. */
class SparkDocsTest {
  private static final Path PAGE = Path.of("..", "docs", "spark.md");
  private static final Pattern BLOCK =
      Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @Test
  void blocks_compile(@TempDir Path folder) throws Exception {
    StringBuilder code = new StringBuilder();
    int blocks = 0;
    Matcher block = BLOCK.matcher(Files.readString(PAGE));
    while (block.find()) {
      code.append(block.group(1));
      blocks++;
    }
    assertThat(blocks).isEqualTo(3);
    Path source = folder.resolve("Page.java");
    Files.writeString(
        source,
        """
        import dev.distill.auto.*;
        import dev.distill.report.ResultFolder;
        import dev.distill.spark.*;
        import dev.distill.spi.Table;
        import java.nio.file.Path;
        import java.util.List;
        import org.apache.spark.sql.*;

        class Page {
          void page(SparkSession spark, Dataset<Row> customers) throws Exception {
        %s
          }
        }
        """
            .formatted(code));
    StringWriter said = new StringWriter();
    int exit =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                new PrintWriter(said),
                new PrintWriter(said),
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                source.toString());
    assertThat(exit).as(said.toString()).isZero();
  }
}
