package dev.distill.serve;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** From the body of a request to that of its answer. One a thread: it uses its arrays again. */
final class Scorer {
  /** What a request asks for. */
  enum Form {
    /** Tensors, as the protocol has them. */
    TENSORS,
    /** Rows of values by column. */
    ROWS
  }

  private static final int KEPT = 1 << 18;
  private static final int BLOCK = 256;
  private static final int MOST_LOGGED = 1_000;

  private final RowReader reader;
  private final double loggedShare;
  private final JsonBytes out = new JsonBytes();
  private double[] probabilities = new double[64];
  private byte @Nullable [] logged;

  Scorer(Limits limits, double loggedShare) {
    reader = new RowReader(limits.rows());
    this.loggedShare = loggedShare;
  }

  /** Number of rows of the last request. */
  int rows() {
    return reader.rows();
  }

  /** The last request's own name for itself, or null. */
  @Nullable String id() {
    return reader.id();
  }

  /**
   * {@code "rows":[…],"predictions":[…]} of the last request, or null if it is not to be logged.
   */
  byte @Nullable [] logged() {
    return logged;
  }

  /**
   * Reads, scores and writes.
   *
   * @param body holds the request in its first {@code length} bytes
   * @param most rows to answer here; null if there are more
   * @param deadline by {@link System#nanoTime}
   * @return owned by this scorer
   * @throws Refusal if the request is malformed, too large, or takes too long
   */
  @Nullable JsonBytes answer(
      ServedModel model, Form form, byte[] body, int length, int most, long deadline)
      throws Refusal {
    logged = null;
    boolean keep = loggedShare > 0 && ThreadLocalRandom.current().nextDouble() < loggedShare;
    if (form == Form.TENSORS) {
      reader.readTensors(model, body, length, keep);
    } else {
      reader.readRows(model, body, length, keep);
    }
    if (reader.rows() > most) {
      return null;
    }
    score(model, deadline);
    if (form == Form.TENSORS) {
      writeTensors(model);
    } else {
      writeRows(model);
    }
    JsonBytes answer = out;
    if (keep) {
      logged = log(model);
    }
    return answer;
  }

  private void score(ServedModel model, long deadline) throws Refusal {
    int rows = reader.rows();
    int classes = model.classes();
    long need = (long) rows * classes;
    if (need > Integer.MAX_VALUE >> 3) {
      throw new Refusal(413, "%d rows of %d classes are too many".formatted(rows, classes));
    }
    if (probabilities.length < need || probabilities.length > KEPT) {
      probabilities = new double[(int) Math.max(64, need)];
    }
    float[] features = reader.features();
    for (int from = 0; from < rows; from += BLOCK) {
      if (from > 0 && System.nanoTime() - deadline > 0) {
        throw new Refusal(
            503, "the answer took too long, after %d of %d rows".formatted(from, rows));
      }
      for (int i = from; i < Math.min(rows, from + BLOCK); i++) {
        model.student().score(features, i * model.features(), probabilities, i * classes);
      }
    }
  }

  /** The class with the largest probability, of equal ones the first. */
  private int best(int row, int classes) {
    int best = row * classes;
    for (int at = best + 1; at < (row + 1) * classes; at++) {
      if (probabilities[at] > probabilities[best]) {
        best = at;
      }
    }
    return best - row * classes;
  }

  private void begin(ServedModel model) {
    model.writeName(out.clear().raw("{"));
    String id = reader.id();
    if (id != null) {
      out.raw(",\"id\":").text(id);
    }
  }

  private void writeTensors(ServedModel model) {
    int rows = reader.rows();
    int classes = model.classes();
    begin(model);
    out.raw(",\"outputs\":[");
    if (reader.probabilities()) {
      out.raw("{\"name\":\"probabilities\",\"datatype\":\"FP64\",\"shape\":[").number(rows);
      out.raw(",").number(classes).raw("],\"data\":[");
      for (int i = 0; i < rows * classes; i++) {
        out.raw(i == 0 ? "" : ",").number(probabilities[i]);
      }
      out.raw(reader.label() ? "]}," : "]}");
    }
    if (reader.label()) {
      out.raw("{\"name\":\"label\",\"datatype\":\"BYTES\",\"shape\":[").number(rows);
      out.raw("],\"data\":[");
      for (int i = 0; i < rows; i++) {
        out.raw(i == 0 ? "" : ",").raw(model.label(best(i, classes)));
      }
      out.raw("]}");
    }
    out.raw("]}");
  }

  private void writeRows(ServedModel model) {
    int classes = model.classes();
    begin(model);
    out.raw(",\"predictions\":[");
    for (int i = 0; i < reader.rows(); i++) {
      out.raw(i == 0 ? "" : ",").raw("{\"label\":").raw(model.label(best(i, classes)));
      out.raw(",\"probabilities\":{");
      for (int k = 0; k < classes; k++) {
        out.raw(k == 0 ? "" : ",").raw(model.label(k)).raw(":");
        out.number(probabilities[i * classes + k]);
      }
      out.raw("}}");
    }
    out.raw("]}");
  }

  private byte @Nullable [] log(ServedModel model) {
    Object[] cells = reader.cells();
    if (cells == null) {
      return null;
    }
    int rows = Math.min(MOST_LOGGED, reader.rows());
    int classes = model.classes();
    JsonBytes line = new JsonBytes().raw("\"rows\":[");
    for (int i = 0; i < rows; i++) {
      line.raw(i == 0 ? "{" : ",{");
      for (int c = 0; c < model.columns(); c++) {
        line.raw(c == 0 ? "" : ",").text(model.columnName(c)).raw(":");
        Object cell = cells[i * model.columns() + c];
        if (cell instanceof Double number) {
          line.number(number);
        } else if (cell instanceof String text) {
          line.text(text);
        } else {
          line.raw(String.valueOf(cell)); // true, false, null
        }
      }
      line.raw("}");
    }
    line.raw("],\"predictions\":[");
    for (int i = 0; i < rows; i++) {
      line.raw(i == 0 ? "" : ",").raw("{\"label\":").raw(model.label(best(i, classes)));
      line.raw(",\"probabilities\":[");
      for (int k = 0; k < classes; k++) {
        line.raw(k == 0 ? "" : ",").number(probabilities[i * classes + k]);
      }
      line.raw("]}");
    }
    return line.raw("]").toBytes();
  }
}
