package dev.distill.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * What was measured against its baseline in the same run, as lines to read. Bytes are those of the
 * whole Java process, whose own threads allocate a few a microsecond; an object a row has 16.
 */
final class Ratios {
  /**
   * One measured benchmark.
   *
   * @param name class and method
   * @param parameters their values, in one text
   * @param elements numbers or rows an operation handles
   * @param score time an operation
   * @param allocated bytes an operation
   */
  record Measured(String name, String parameters, int elements, double score, double allocated) {}

  private final Collection<Measured> results;

  Ratios(Collection<Measured> results) {
    this.results = results;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Measured kernel : results) {
      if (kernel.name().startsWith("KernelBench.")) {
        String type = kernel.name().contains("Float") ? "Float" : "Double";
        double baseline = score("KernelBench.add" + type, kernel.parameters());
        lines.add(
            String.format(
                Locale.ROOT,
                "%-28s K=%-4s %7.2f ns an element, %6.1f × an addition, %.2f B an element",
                kernel.name(),
                kernel.parameters(),
                kernel.score() * 1000 / kernel.elements(),
                kernel.score() / baseline,
                kernel.allocated() / kernel.elements()));
      }
    }
    for (Measured ours : results) {
      if (ours.name().equals("ServingBench.rowOurs")) {
        lines.add(
            String.format(
                Locale.ROOT,
                "one row, %-8s %9.0f ns; XGBoost4J in place %5.1f ×, by DMatrix %5.1f ×; %.2f B a row",
                ours.parameters(),
                ours.score() * 1000,
                score("ServingBench.rowXgboostInplace", ours.parameters()) / ours.score(),
                score("ServingBench.rowXgboostDmatrix", ours.parameters()) / ours.score(),
                ours.allocated() / ours.elements()));
      }
    }
    for (Measured ours : results) {
      if (ours.name().equals("ServingBench.batchOurs")) {
        lines.add(
            String.format(
                Locale.ROOT,
                "batch,   %-14s %9.0f ns a row; XGBoost4J %5.2f ×; %.2f B a row",
                ours.parameters(),
                ours.score() * 1000 / ours.elements(),
                score("ServingBench.batchXgboostInplace", ours.parameters()) / ours.score(),
                ours.allocated() / ours.elements()));
      }
    }
    for (Measured portable : results) {
      if (portable.name().equals("FamilyServingBench.portable")) {
        lines.add(
            String.format(
                Locale.ROOT,
                "one row, %-20s K=%-2s %8.0f ns; its library %7.1f ×; %.2f B a row",
                portable.parameters().split(" × ")[0],
                portable.parameters().split(" × ")[1],
                portable.score() * 1000,
                score("FamilyServingBench.library", portable.parameters()) / portable.score(),
                portable.allocated()));
      }
    }
    for (Measured row : results) {
      String shape = row.parameters();
      if (row.name().equals("DenseBench.row")) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%-24s %7.0f ns a row, %7.0f its class, %7.0f in a batch; plain loops %4.1f ×; %.2f B a row",
                shape,
                row.score() * 1000,
                score("DenseBench.predict", shape) * 1000,
                score("DenseBench.batch", shape) * 1000 / DenseBench.ROWS,
                shape.startsWith("forest")
                    ? Double.NaN
                    : score("DenseBench.plain", shape) / row.score(),
                row.allocated()));
      }
    }
    for (Measured soft : results) {
      if (soft.name().equals("FamilyTrainingBench.soft")) {
        lines.add(
            String.format(
                Locale.ROOT,
                "fit,     %-20s K=%-2s %8.0f ms, %.2f × its library's fit of labels alone",
                soft.parameters().split(" × ")[0],
                soft.parameters().split(" × ")[1],
                soft.score(),
                soft.score() / score("FamilyTrainingBench.hard", soft.parameters())));
      }
    }
    for (Measured custom : results) {
      if (custom.name().startsWith("TrainingBench.custom")) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%-32s %s thread(s): %6.0f ms, %.2f × native multi:softprob",
                custom.name(),
                custom.parameters(),
                custom.score(),
                custom.score() / score("TrainingBench.nativeLoss", custom.parameters())));
      }
    }
    return lines;
  }

  /** NaN if it was not measured. */
  private double score(String name, String parameters) {
    for (Measured result : results) {
      if (result.name().equals(name) && result.parameters().equals(parameters)) {
        return result.score();
      }
    }
    return Double.NaN;
  }
}
