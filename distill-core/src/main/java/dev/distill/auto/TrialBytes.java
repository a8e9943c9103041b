package dev.distill.auto;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitException;
import dev.distill.spi.Hyperparameters;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Trials and what became of them as bytes. */
final class TrialBytes {
  private TrialBytes() {}

  /**
   * A trial for a worker.
   *
   * @param look whether it is but a look at its family, which ends at the first point of its curve
   */
  record Request(TrialSpec spec, boolean look) {}

  /** A point of a curve. */
  record Point(int step, double loss) {}

  /** What a worker gives: a trial's curve and outcome. */
  record Answer(List<Point> curve, TrialOutcome outcome) {}

  /** Why a trial failed in another process, whose exception may be of no class of this one. */
  private static final class FailedElsewhere extends RuntimeException {
    private static final long serialVersionUID = 1;

    FailedElsewhere(String text) {
      super(text, null, false, false);
    }

    @Override
    @SuppressWarnings(
        "OverrideThrowableToString") // The text names the class that was thrown there.
    public String toString() {
      return String.valueOf(getMessage());
    }
  }

  private enum End {
    SUCCEEDED,
    PRUNED,
    CANCELLED,
    UNFIT,
    FAILED
  }

  static byte[] of(Request request) {
    TrialSpec spec = request.spec();
    return bytes(
        out -> {
          Wire.write(out, spec.search());
          Wire.write(out, spec.kind().name());
          out.writeInt(spec.number());
          Wire.write(out, spec.family());
          out.writeDouble(spec.temperature());
          out.writeDouble(spec.alpha());
          Wire.write(out, spec.source());
          out.writeInt(spec.augment());
          write(out, spec.hyperparameters());
          Wire.write(out, spec.purpose());
          out.writeLong(spec.seed());
          out.writeBoolean(request.look());
        });
  }

  static Request request(byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      TrialSpec spec =
          new TrialSpec(
              Wire.text(in),
              TrialSpec.Kind.valueOf(Wire.text(in)),
              in.readInt(),
              Wire.text(in),
              in.readDouble(),
              in.readDouble(),
              Wire.text(in),
              in.readInt(),
              hyperparameters(in),
              Wire.text(in),
              in.readLong());
      return new Request(spec, in.readBoolean());
    } catch (IOException e) {
      throw new UncheckedIOException("a trial can't be read: " + e.getMessage(), e);
    }
  }

  private static void write(DataOutputStream out, Hyperparameters values) throws IOException {
    out.writeInt(values.values().size());
    for (Map.Entry<String, Object> entry : values.values().entrySet()) {
      Wire.write(out, entry.getKey());
      if (entry.getValue() instanceof Integer whole) {
        out.writeByte('i');
        out.writeInt(whole);
      } else if (entry.getValue() instanceof Double real) {
        out.writeByte('d');
        out.writeDouble(real);
      } else {
        out.writeByte('s');
        Wire.write(out, String.valueOf(entry.getValue()));
      }
    }
  }

  private static Hyperparameters hyperparameters(DataInputStream in) throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      String name = Wire.text(in);
      byte type = in.readByte();
      switch (type) {
        case 'i' -> values.put(name, in.readInt());
        case 'd' -> values.put(name, in.readDouble());
        case 's' -> values.put(name, Wire.text(in));
        default ->
            throw new StreamCorruptedException(
                "hyperparameter '%s' is of type %s, allowed are i, d, s".formatted(name, type));
      }
    }
    return new Hyperparameters(values);
  }

  static byte[] of(Answer answer) {
    TrialOutcome outcome = answer.outcome();
    return bytes(
        out -> {
          out.writeInt(answer.curve().size());
          for (Point point : answer.curve()) {
            out.writeInt(point.step());
            out.writeDouble(point.loss());
          }
          out.writeDouble(outcome.seconds());
          Throwable cause = outcome.cause();
          End end = end(outcome);
          Wire.write(out, end.name());
          if (cause != null) {
            Wire.write(out, end == End.UNFIT ? Causes.reason(cause) : Causes.text(cause));
          } else if (!outcome.pruned()) {
            out.writeDouble(outcome.loss());
            out.writeDouble(outcome.standardError());
            out.writeDouble(outcome.kl());
            out.writeDouble(outcome.logLoss());
            out.writeDouble(outcome.accuracy());
            out.writeDouble(outcome.calibration());
            out.writeInt(outcome.steps());
            TrialOutcome.Cost cost = outcome.cost();
            out.writeBoolean(cost != null);
            if (cost != null) {
              out.writeDouble(cost.nanos());
              out.writeLong(cost.bytes());
            }
          }
        });
  }

  private static End end(TrialOutcome outcome) {
    if (outcome.pruned()) {
      return End.PRUNED;
    }
    Throwable cause = outcome.cause();
    if (cause == null) {
      return End.SUCCEEDED;
    }
    if (cause instanceof FitCancelledException) {
      return End.CANCELLED;
    }
    return cause.getClass() == FitException.class ? End.UNFIT : End.FAILED;
  }

  /** An answer about a trial. */
  static Answer answer(TrialSpec spec, byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      int points = in.readInt();
      List<Point> curve = new ArrayList<>();
      for (int i = 0; i < points; i++) {
        curve.add(new Point(in.readInt(), in.readDouble()));
      }
      double seconds = in.readDouble();
      TrialOutcome outcome =
          switch (End.valueOf(Wire.text(in))) {
            case SUCCEEDED -> succeeded(spec, seconds, in);
            case PRUNED -> TrialOutcome.pruned(spec, seconds);
            case CANCELLED ->
                TrialOutcome.failed(spec, seconds, new FitCancelledException(Wire.text(in)));
            case UNFIT -> TrialOutcome.failed(spec, seconds, new FitException(Wire.text(in)));
            case FAILED -> TrialOutcome.failed(spec, seconds, new FailedElsewhere(Wire.text(in)));
          };
      return new Answer(curve, outcome);
    } catch (IOException e) {
      throw new UncheckedIOException("a worker's answer can't be read: " + e.getMessage(), e);
    }
  }

  private static TrialOutcome succeeded(TrialSpec spec, double seconds, DataInputStream in)
      throws IOException {
    double loss = in.readDouble();
    double standardError = in.readDouble();
    double kl = in.readDouble();
    double logLoss = in.readDouble();
    double accuracy = in.readDouble();
    double calibration = in.readDouble();
    int steps = in.readInt();
    TrialOutcome.@Nullable Cost cost =
        in.readBoolean() ? new TrialOutcome.Cost(in.readDouble(), in.readLong()) : null;
    return new TrialOutcome(
        spec,
        loss,
        standardError,
        kl,
        logLoss,
        accuracy,
        calibration,
        steps,
        seconds,
        cost,
        false,
        null);
  }

  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writer.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory has no I/O to fail
    }
    return bytes.toByteArray();
  }
}
