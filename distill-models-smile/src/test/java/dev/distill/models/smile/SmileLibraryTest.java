package dev.distill.models.smile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmileLibraryTest {
  @Test
  void nothing_is_printed_and_no_native_library_is_touched(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path loaded = folder.resolve("loaded");
    Path printed = folder.resolve("printed");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + loaded,
                "-cp",
                System.getProperty("java.class.path"),
                Fits.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(printed).isEmptyFile();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(loaded))
        .contains("smile.classification.MLP ", "smile.math.BFGS ", "smile.base.cart.CART ")
        .doesNotContain("org.bytedeco", "smile.math.blas.openblas");
  }

  @Test
  void leaves_no_property_behind() {
    SmileLibrary.load();
    assertThat(System.getProperty("slf4j.internal.verbosity")).isNull();
  }
}
