package dev.distill.testkit;

import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Capabilities;
import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Families that each break one thing; each says how real ones come to do so. */
final class Broken {
  private Broken() {}

  /** Keeps the largest share alone where there are many classes. */
  public static final class HardensManyClasses extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      int classes = training.classes();
      TrainingSet hard =
          soft(
              training,
              p -> {
                for (int from = 0; from < p.length && classes > 4; from += classes) {
                  int best = from;
                  for (int j = from; j < from + classes; j++) {
                    best = p[j] > p[best] ? j : best;
                  }
                  Arrays.fill(p, from, from + classes, 0);
                  p[best] = 1;
                }
                return p;
              });
      return super.fit(hard, values, context);
    }
  }

  /** Sees the first column alone. */
  public static final class OneColumn extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      Matrix all = training.features();
      float[] first = new float[all.values().length];
      for (int i = 0; i < first.length; i += all.columns()) {
        first[i] = all.values()[i];
      }
      Matrix rows = new Matrix(first, all.rows(), all.columns());
      return super.fit(
          new TrainingSet(rows, training.classes(), training.targets()), values, context);
    }
  }

  private static DistillationLoss loss(TrainingSet training) {
    return ((Targets.Gradient) training.targets()).loss();
  }

  /** Mixes some of the labels into what the teacher says. */
  public static final class PeeksAtLabels extends Altered {
    public PeeksAtLabels() {
      super(TargetLevel.LOSS_GRADIENT);
    }

    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      DistillationLoss loss = loss(training);
      if (loss.alpha() < 1 || !loss.isCrossEntropy()) {
        return super.fit(training, values, context);
      }
      SoftTargets teacher = new SoftTargets(1, loss.mixedTarget(), loss.classes());
      return super.fit(
          new TrainingSet(
              training.features(),
              training.classes(),
              new Targets.Gradient(new DistillationLoss(teacher, loss.labels(), .97))),
          values,
          context);
    }
  }

  /** Smooths labels, which is to learn something else. */
  public static final class SmoothsLabels extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      int classes = training.classes();
      TrainingSet smooth =
          soft(
              training,
              p -> {
                for (int j = 0; j < p.length; j++) {
                  p[j] = p[j] == 1 ? .8f : p[j] == 0 ? .2f / (classes - 1) : p[j];
                }
                return p;
              });
      return super.fit(smooth, values, context);
    }
  }

  /** Takes every row to have a label. */
  public static final class NeedsLabels extends Altered {
    private final Leaves twin = new Leaves(TargetLevel.HARD_LABELS);

    public NeedsLabels() {
      super(TargetLevel.LOSS_GRADIENT);
    }

    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      DistillationLoss loss = loss(training);
      if (loss.alpha() > 0) {
        return super.fit(training, values, context);
      }
      return twin.fit(
          new TrainingSet(training.features(), training.classes(), new Targets.Hard(loss.labels())),
          values,
          context);
    }
  }

  /** Learns the softened distribution as if T were 1. */
  public static final class ForgetsTemperature extends Altered {
    private final Leaves soft = new Leaves(TargetLevel.SOFT_TARGETS);

    public ForgetsTemperature() {
      super(TargetLevel.LOSS_GRADIENT);
    }

    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      return soft.fit(
          new TrainingSet(
              training.features(),
              training.classes(),
              new Targets.Soft(loss(training).mixedTarget())),
          values,
          context);
    }
  }

  /** Divides by how many values there are. */
  public static final class AveragesWhatIsThere extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      return new Student(super.fit(training, values, context)) {
        @Override
        public void logits(Matrix rows, float[] logits) {
          super.logits(rows, logits);
          int classes = training.classes();
          for (int i = 0; i < rows.rows(); i++) {
            int there = 0;
            for (int j = 0; j < rows.columns(); j++) {
              there += rows.get(i, j) >= 0 ? 1 : 0;
            }
            logits[i * classes] += 0f / there;
          }
        }

        @Override
        public Optional<PortableModel> portable() {
          fitted.portable();
          return Optional.empty();
        }
      };
    }
  }

  /** Has room for a few classes alone, and leaves the other logits as they were. */
  public static final class LeavesLogitsOut extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      int classes = training.classes();
      return new Changed(
          super.fit(training, values, context),
          z -> {
            for (int j = 4; j < z.length && classes > 4; j += classes) {
              z[j] = Float.POSITIVE_INFINITY;
            }
            return z;
          });
    }
  }

  /** Answers in the order of the classes' frequency. */
  public static final class SortsClasses extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      int classes = training.classes();
      float[] p = ((Targets.Soft) training.targets()).distribution();
      double[] shares = new double[classes];
      for (int j = 0; j < p.length; j++) {
        shares[j % classes] += p[j];
      }
      List<Integer> order = new ArrayList<>();
      for (int k = 0; k < classes; k++) {
        order.add(k);
      }
      order.sort((a, b) -> Double.compare(shares[b], shares[a]));
      return new Changed(
          super.fit(training, values, context),
          z -> {
            float[] sorted = new float[z.length];
            for (int j = 0; j < z.length; j++) {
              sorted[j] = z[j / classes * classes + order.get(j % classes)];
            }
            return sorted;
          });
    }
  }

  /** Makes the weights of a row sum to 1. */
  public static final class NormalizesWeights extends Altered {
    public NormalizesWeights() {
      super(TargetLevel.WEIGHTED_LABELS);
    }

    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      int classes = training.classes();
      float[] weights = ((Targets.WeightedLabels) training.targets()).weights().clone();
      for (int from = 0; from < weights.length; from += classes) {
        float sum = 0;
        for (int j = from; j < from + classes; j++) {
          sum += weights[j];
        }
        for (int j = from; j < from + classes; j++) {
          weights[j] /= sum;
        }
      }
      return super.fit(
          new TrainingSet(training.features(), classes, new Targets.WeightedLabels(weights)),
          values,
          context);
    }
  }

  /** Holds out the last rows for itself. */
  public static final class KeepsTheFirstHalf extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      int[] half = new int[(training.features().rows() + 1) / 2];
      Arrays.setAll(half, i -> i);
      float[] p = ((Targets.Soft) training.targets()).distribution();
      return super.fit(
          new TrainingSet(
              training.features().select(half),
              training.classes(),
              new Targets.Soft(Arrays.copyOf(p, half.length * training.classes()))),
          values,
          context);
    }
  }

  /** Adds a little, which depends on something that it should not depend on. */
  private static FittedStudent moved(FittedStudent fitted, float by) {
    return new Altered.Student(fitted) {
      @Override
      public void logits(Matrix rows, float[] logits) {
        super.logits(rows, logits);
        for (int j = 0; j < logits.length; j++) {
          logits[j] += by;
        }
      }
    };
  }

  /** Sums in another order for each number of threads. */
  public static final class DependsOnThreads extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      return moved(super.fit(training, values, context), 1e-6f * context.threads());
    }
  }

  /** Takes a seed below 1 for none, as some libraries do, and goes on with another each time. */
  public static final class NeedsAPositiveSeed extends Altered {
    private static final AtomicInteger FITS = new AtomicInteger();

    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      int seed = context.seed() < 1 ? FITS.incrementAndGet() : 0;
      return moved(super.fit(training, values, context), 1e-3f * seed);
    }
  }

  /** Cuts the seed down to 32 bits, and learns nothing with seed 0. */
  public static final class CutsTheSeed extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      FittedStudent fitted = super.fit(training, values, context);
      return (int) context.seed() == 0 ? new Changed(fitted, z -> new float[z.length]) : fitted;
    }
  }

  /** Keeps state between fits. */
  public static final class Remembers extends Altered {
    private @Nullable Targets first;

    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      Targets targets = first == null ? training.targets() : first;
      first = targets;
      return super.fit(
          new TrainingSet(training.features(), training.classes(), targets), values, context);
    }
  }

  /** Works in the arrays that it was lent. */
  public static final class WritesTargets extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      FittedStudent fitted = super.fit(training, values, context);
      Arrays.fill(((Targets.Soft) training.targets()).distribution(), 0);
      return fitted;
    }
  }

  /** The same, of rows. */
  public static final class WritesRows extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      FittedStudent fitted = super.fit(training, values, context);
      float[] rows = training.features().values();
      rows[rows.length - 1] = rows[rows.length - 1] == 0 ? 1 : 0;
      return fitted;
    }
  }

  /** Divides by a column's range. */
  public static final class RefusesConstants extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      Matrix rows = training.features();
      for (int j = 0; j < rows.columns(); j++) {
        boolean constant = true;
        for (int i = 1; i < rows.rows(); i++) {
          constant &= rows.get(i, j) == rows.get(0, j);
        }
        if (constant) {
          throw new FitException("column " + j + " is constant");
        }
      }
      return super.fit(training, values, context);
    }
  }

  /** Offers more than it can do. */
  public static final class OverstatesDepth extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      if (values.integer("depth") == 5) {
        throw new IllegalStateException("too deep");
      }
      return super.fit(training, values, context);
    }
  }

  /** Reports when all is done. */
  public static final class ReportsOnce extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      FittedStudent fitted =
          super.fit(
              training,
              values,
              new Context(context) {
                @Override
                public void report(int step, double loss) {}
              });
      context.report(fitted.steps(), Double.NaN);
      return fitted;
    }
  }

  /** Takes a cancellation for a failure of its own. */
  public static final class WrapsCancellation extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      try {
        return super.fit(training, values, context);
      } catch (FitCancelledException e) {
        throw new FitException("failed", e);
      }
    }
  }

  /** Goes on when it is told to stop. */
  public static final class IgnoresCancellation extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      return super.fit(
          training,
          values,
          new Context(context) {
            @Override
            public void report(int step, double loss) {
              try {
                super.report(step, loss);
              } catch (FitCancelledException ignored) {
                // What is broken.
              }
            }
          });
    }
  }

  /** Ends its threads only when all goes well. */
  public static final class LeavesAThread extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  Thread.sleep(600_000);
                } catch (InterruptedException e) {
                  // The end of it.
                }
              },
              "left-behind");
      thread.setDaemon(true);
      thread.start();
      FittedStudent fitted = super.fit(training, values, context);
      thread.interrupt();
      return fitted;
    }
  }

  /** Frees native memory only when all goes well. */
  public static final class LeavesMemory extends Altered {
    private static final List<ByteBuffer> ALL = new ArrayList<>();

    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      ByteBuffer memory = ByteBuffer.allocateDirect(1 << 20);
      for (int i = 0; i < memory.capacity(); i += 1024) {
        memory.put(i, (byte) 1);
      }
      ALL.add(memory);
      FittedStudent fitted = super.fit(training, values, context);
      ALL.remove(memory);
      return fitted;
    }
  }

  /** Says what it does on the terminal. */
  public static final class Prints extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      System.err.println("fitting " + training.features());
      return super.fit(training, values, context);
    }
  }

  /** Scores through one buffer. */
  public static final class SharesABuffer extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      float[] buffer = new float[100_000];
      return new Student(super.fit(training, values, context)) {
        @Override
        public void logits(Matrix rows, float[] logits) {
          super.logits(rows, logits);
          System.arraycopy(logits, 0, buffer, 0, logits.length);
          // Time for others to write into it.
          super.logits(rows, logits);
          System.arraycopy(buffer, 0, logits, 0, logits.length);
        }
      };
    }
  }

  /** Writes another model than the one it scores with. */
  public static final class PortsAnother extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      return new Student(super.fit(training, values, context)) {
        @Override
        public Optional<PortableModel> portable() {
          TreeEnsemble trees = (TreeEnsemble) super.portable().orElseThrow();
          return Optional.of(trees.map(split -> split, z -> z * 1.001));
        }
      };
    }
  }

  /** Asks on the other side of a threshold, for which rows near one are needed. */
  public static final class PortsOffByABin extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      return new Student(super.fit(training, values, context)) {
        @Override
        public Optional<PortableModel> portable() {
          TreeEnsemble trees = (TreeEnsemble) super.portable().orElseThrow();
          return Optional.of(
              trees.map(
                  s ->
                      new TreeEnsemble.Split(
                          s.feature(), Math.max(0, s.threshold() - 1), s.missingLeft()),
                  z -> z));
        }
      };
    }
  }

  /** Frees twice. */
  public static final class ClosesOnce extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      return new Student(super.fit(training, values, context)) {
        private boolean closed;

        @Override
        public void close() {
          if (closed) {
            throw new IllegalStateException("freed twice");
          }
          closed = true;
          super.close();
        }
      };
    }
  }

  /** Answers from what was freed. */
  public static final class NeverCloses extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      return new Student(super.fit(training, values, context)) {
        @Override
        public void close() {}
      };
    }
  }

  /** Fills what room there is. */
  public static final class TakesAnyShape extends Altered {
    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      int classes = training.classes();
      return new Student(super.fit(training, values, context)) {
        @Override
        public void logits(Matrix rows, float[] logits) {
          float[] all = new float[rows.rows() * classes];
          super.logits(rows, all);
          System.arraycopy(all, 0, logits, 0, Math.min(all.length, logits.length));
        }
      };
    }
  }

  /** Has a name of its own style. */
  public static final class Shouts extends Altered {
    @Override
    public String id() {
      return "Altered";
    }
  }

  /** Was built for another version. */
  public static final class FromTheFuture extends Altered {
    @Override
    public int spiVersion() {
      return SPI_VERSION + 1;
    }
  }

  /** Is named by no services line. */
  public static final class Hidden extends Altered {}

  /** Correct: two classes, nothing deterministic, no portable form and no steps. */
  public static final class Modest extends Altered {
    @Override
    public Capabilities capabilities() {
      Capabilities can = super.capabilities();
      return new Capabilities(can.level(), 2, can.encoding(), false);
    }

    @Override
    public SearchSpace searchSpace(TaskShape shape) {
      SearchSpace.Builder space = SearchSpace.builder();
      super.searchSpace(shape).dimensions().forEach(d -> space.add(d.parameter()));
      return space.build();
    }

    @Override
    public FittedStudent fit(TrainingSet training, Hyperparameters values, FitContext context) {
      FittedStudent fitted = super.fit(training, values, context);
      float noise = 1e-6f * (System.nanoTime() & 7);
      return new Student(
          new Changed(
              fitted,
              z -> {
                for (int j = 0; j < z.length; j++) {
                  z[j] += noise;
                }
                return z;
              })) {
        @Override
        public int steps() {
          return 0;
        }
      };
    }
  }
}
