package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.auto.ExporterCatalog;
import dev.distill.export.Parity;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.StudentExporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every export on the class path answers as its student does, for every kind of student. */
class ExportParityTest {
  private static final long ROWS = 20_000;
  private static final ExporterCatalog CATALOG =
      ExporterCatalog.discover(ExportParityTest.class.getClassLoader(), List.of());

  @TempDir private Path folder = Path.of("");

  static Stream<Arguments> exports() {
    return CATALOG.exporters().stream()
        .flatMap(
            exporter ->
                ExportStudents.all().entrySet().stream()
                    .filter(
                        s ->
                            !exporter.name().equals("xgboost")
                                || s.getKey().endsWith("tree")
                                || s.getKey().endsWith("trees"))
                    .map(s -> Arguments.of(exporter.name(), s.getKey())));
  }

  @ParameterizedTest(name = "{0} of {1}")
  @MethodSource("exports")
  void answers_as_its_student_does(String form, String kind) throws Exception {
    StudentExporter exporter = CATALOG.named(form);
    StudentFile student = Objects.requireNonNull(ExportStudents.all().get(kind));
    Path file = folder.resolve("Student." + exporter.extension());
    ExporterCatalog.export(student, exporter, file, Map.of());
    assertThat(CATALOG.of(file).name()).isEqualTo(form);
    try (ExportedStudent export = exporter.open(file, student)) {
      Parity parity = Parity.of(student, export, exporter.bound(), ROWS, 7);
      assertThat(parity.holds()).as("%s", parity).isTrue();
      assertThat(parity.rows()).isEqualTo(ROWS);
    }
  }
}
