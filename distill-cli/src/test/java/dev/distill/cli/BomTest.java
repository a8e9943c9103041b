package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BomTest {
  private static final List<String> NOT_FOR_USERS =
      List.of("distill-bom", "distill-bench", "distill-rivals");

  private static Set<String> found(String file, String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(Path.of("..", file)))
        .results()
        .map((MatchResult result) -> result.group(1))
        .filter(name -> !NOT_FOR_USERS.contains(name))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void has_every_module_at_the_projects_version() throws IOException {
    assertThat(found("distill-bom/pom.xml", "<artifactId>(distill-[a-z-]+)</artifactId>"))
        .isEqualTo(found("pom.xml", "<module>(distill-[a-z-]+)</module>"));
    String version = "(?s)<artifactId>distill-\\w+</artifactId>\\s*<version>([0-9][^<]*)</version>";
    assertThat(found("distill-bom/pom.xml", version)).isEqualTo(found("pom.xml", version));
    for (String example : List.of("custom-student", "plain-service", "spark-udf", "spring-boot")) {
      assertThat(found("examples/" + example + "/pom.xml", version))
          .as(example)
          .isEqualTo(found("pom.xml", version));
    }
  }
}
