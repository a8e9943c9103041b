package dev.distill.cli;

import com.google.inject.Guice;
import dev.distill.auto.AutoDistiller;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.DistillationTask;
import dev.distill.auto.StudentCatalog;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.cli.data.TeacherKind;
import dev.distill.guice.DistillModule;
import dev.distill.report.Leaderboard;
import dev.distill.report.ResultJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What {@code run} and {@code demo} share: read, sweep, write, show. */
final class Run {
  /** The input files; test rows and their teacher come together or not at all. */
  record Files(
      Path train,
      String label,
      Path teacher,
      @Nullable Path test,
      @Nullable Path testTeacher) {
    Files {
      if ((test == null) != (testTeacher == null)) {
        throw new InputException(
            test == null
                ? "--test-teacher was given without --test"
                : "--test was given without --test-teacher: the teacher's probabilities of the test"
                    + " rows");
      }
    }
  }

  private final PrintWriter out;
  private final PrintWriter err;
  private final DistillConfig config;
  private final TeacherKind kind;
  private final boolean byPosition;
  private final @Nullable String id;

  Run(
      CommandSpec spec,
      DistillConfig config,
      TeacherKind kind,
      boolean byPosition,
      @Nullable String id) {
    out = spec.commandLine().getOut();
    err = spec.commandLine().getErr();
    this.config = config;
    this.kind = kind;
    this.byPosition = byPosition;
    this.id = id;
  }
}
