package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java of the documentation compiles: a block that is a whole file as it stands, others within
 * a method. A block under a comment {@code not compiled: REASON} is left out. Those of README.md
 * also run, in {@link ReadmeTest}.
 */
class DocsJavaTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK =
      Pattern.compile(
          "(<!-- not compiled: .+ -->\n)?^ *```java\n(.*?)^ *```$",
          Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern CLASS =
      Pattern.compile("^public (final )?class (\\w+)", Pattern.MULTILINE);

  /** What a page takes for granted. */
  private static final Map<String, String> GIVEN =
      Map.of(
          "docs/explain.md",
          "StudentFile student;",
          "docs/java.md",
          """
          interface Slow { double[] predict(Matrix rows); }
          double[] ages; List<String> jobs; List<String> incomes; double[][] answers;
          Distiller.Builder distiller; Slow slowModel; ClassLoader loader;
          Table ofTrain; Table test; Table ofTest; DistillationResult result;
          """,
          "docs/library.md",
          "float[] features; double[] probabilities; Map<String, Object> row;",
          "docs/search-library.md",
          """
          record Model(long bytes, double loss, double speed) {}
          SearchSpace space; Study study;
          double train(Hyperparameters parameters, int epoch) { return 0; }
          Model train(Hyperparameters parameters) { return new Model(0, 0, 0); }
          """,
          "docs/study-store.md",
          "SearchSpace space; double evaluate(Hyperparameters parameters) { return 0; }");

  @TempDir private Path folder = Path.of("");

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return docs.filter(p -> p.toString().endsWith(".md")).sorted().toList();
    }
  }

  @Test
  void every_block_of_java_compiles() throws IOException {
    List<String> wrong = new ArrayList<>();
    int compiled = 0;
    for (Path path : pages()) {
      String page = ROOT.relativize(path).toString();
      Matcher block = BLOCK.matcher(Files.readString(path));
      while (block.find()) {
        if (block.group(1) == null) {
          String problems = problems(page, block.group(2), ++compiled);
          if (!problems.isEmpty()) {
            wrong.add(page + ": " + problems);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(compiled).isGreaterThan(7);
  }

  private String problems(String page, String block, int number) throws IOException {
    Path into = Files.createDirectories(folder.resolve("block" + number));
    Matcher whole = CLASS.matcher(block);
    Path source;
    if (whole.find()) {
      source = Files.writeString(into.resolve(whole.group(2) + ".java"), block);
    } else {
      source =
          Files.writeString(
              into.resolve("Block.java"),
              """
              import dev.distill.auto.*;
              import dev.distill.data.jdbc.*;
              import dev.distill.report.*;
              import dev.distill.report.page.*;
              import dev.distill.runtime.*;
              import dev.distill.search.*;
              import dev.distill.search.jdbc.*;
              import dev.distill.serve.*;
              import dev.distill.spi.*;
              import java.nio.file.*;
              import java.sql.*;
              import java.time.*;
              import java.util.*;
              class Block {
              """
                  + GIVEN.getOrDefault(page, "")
                  + "void run() throws Exception {\n"
                  + block
                  + "}}\n");
    }
    return Javac.problems(source, into);
  }

  /** Spark and Flink are not here: what the page shows of them is in the example's tests. */
  @Test
  void functions_for_engines_are_registered_as_in_the_tests_of_the_example() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/library.md"));
    Matcher block = BLOCK.matcher(page.substring(page.indexOf("## Spark and Flink")));
    assertThat(block.find()).isTrue();
    StringBuilder tests = new StringBuilder();
    for (String name : List.of("SparkTest", "FlinkTest", "PYes")) {
      Path test = ROOT.resolve("examples/spark-udf/src/test/java/example/" + name + ".java");
      tests.append(Files.readString(test));
    }
    String run = tests.toString().replaceAll("\\s", "");
    List<String> parts =
        Stream.of(block.group(2).split("(?m)^(// .*)?$"))
            .map(part -> part.replaceAll("\\s", ""))
            .filter(part -> !part.isEmpty() && !part.contains("readAllBytes"))
            .toList();
    assertThat(parts).hasSize(3).allMatch(run::contains);
  }
}
