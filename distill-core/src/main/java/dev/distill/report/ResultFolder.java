package dev.distill.report;

import dev.distill.auto.DistillationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes what came out of a sweep into a folder, as {@code distill run} does. */
public final class ResultFolder {
  private ResultFolder() {}

  /**
   * Writes {@code student.distill}, {@code leaderboard.csv} (a line for each trial) and {@code
   * result.json} (every figure). The module {@code distill-report} makes {@code report.html} of
   * such a folder.
   *
   * @param folder made if it is not there; files of these names in it are replaced
   * @throws IOException if it can't be written to; then no file is half written
   */
  public static void write(DistillationResult result, Path folder) throws IOException {
    Files.createDirectories(folder);
    WholeFile.write(folder.resolve("student.distill"), result.student().file().toBytes());
    WholeFile.write(
        folder.resolve("leaderboard.csv"),
        Leaderboard.csv(result.trials(), result.front(), List.of()));
    ResultJson.Origin origin = new ResultJson.Origin(Map.of(), List.of(), null, null, List.of());
    WholeFile.write(folder.resolve("result.json"), ResultJson.of(result, origin));
  }
}
