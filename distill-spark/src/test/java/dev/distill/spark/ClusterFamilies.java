package dev.distill.spark;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Capabilities;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Families of one split, which do as they are told where {@link #FOLDER} is set: on executors, not
 * in the test's own process.
 */
final class ClusterFamilies {
  /** System property: a folder to leave traces in. */
  static final String FOLDER = "distill.test.folder";

  /** So often an executor dies of the poison. */
  static final int DOSES = 4;

  private static final long FIT_MILLIS = 150;

  private ClusterFamilies() {}

  private static @Nullable Path folder() {
    String folder = System.getProperty(FOLDER);
    return folder == null ? null : Path.of(folder);
  }

  /** Takes its time on an executor; a file named after the process tells that it is at work. */
  public static final class Steady extends Split {
    @Override
    public String id() {
      return "cluster.steady";
    }

    @Override
    void before(Path folder, String trial) throws Exception {
      Path running = Files.createTempFile(folder, "fit-" + ProcessHandle.current().pid() + "-", "");
      Thread.sleep(FIT_MILLIS);
      Files.delete(running);
    }
  }

  /** Throws, or wants more memory than there is. */
  public static final class Broken extends Split {
    private static volatile long @Nullable [] held;

    @Override
    public String id() {
      return "cluster.broken";
    }

    @Override
    void before(Path folder, String trial) throws Exception {
      if (Files.deleteIfExists(folder.resolve("enough"))) {
        held = new long[Integer.MAX_VALUE - 8];
        throw new AssertionError("there was room for " + held.length);
      }
      Files.createFile(folder.resolve("enough"));
      throw new IllegalStateException("broken on purpose");
    }
  }

  /** One trial of it takes its executor down with it, as a native library may. */
  public static final class Poison extends Split {
    @Override
    public String id() {
      return "cluster.poison";
    }

    @Override
    void before(Path folder, String trial) throws Exception {
      Path victim = folder.resolve("victim");
      try {
        Files.writeString(victim, trial, StandardOpenOption.CREATE_NEW);
      } catch (FileAlreadyExistsException e) {
        // Another trial, or an earlier try of this one.
      }
      for (int dose = 0; dose < DOSES && Files.readString(victim).equals(trial); dose++) {
        Path taken = folder.resolve("dose-" + dose);
        if (Files.notExists(taken)) {
          Files.createFile(taken);
          Runtime.getRuntime().halt(137);
        }
      }
    }
  }

  /** On either side of a cut the mean target. */
  abstract static class Split implements StudentModel {
    abstract void before(Path folder, String trial) throws Exception;

    @Override
    public int spiVersion() {
      return SPI_VERSION;
    }

    @Override
    public String description() {
      return "one split";
    }

    @Override
    public Capabilities capabilities() {
      return new Capabilities(TargetLevel.SOFT_TARGETS, 100, Encoding.AS_IS, true);
    }

    @Override
    public SearchSpace searchSpace(TaskShape shape) {
      return SearchSpace.builder()
          .add(new Hyperparameter.Real("cut", -0.9, 0.9, false, 0.5, "where it splits"))
          .build();
    }

    @Override
    public FittedStudent fit(
        TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
      float[] target = ((Targets.Soft) training.targets()).distribution();
      Path folder = folder();
      if (folder != null) {
        try {
          before(folder, context.seed() + " " + Arrays.hashCode(target));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
      context.report(1, Double.NaN);
      Matrix rows = training.features();
      int classes = training.classes();
      float cut = (float) hyperparameters.real("cut");
      double[][] sums = new double[2][classes];
      for (int i = 0; i < target.length; i++) {
        sums[rows.get(i / classes, 0) < cut ? 0 : 1][i % classes] += target[i];
      }
      float[][] leaves = new float[2][classes];
      for (int side = 0; side < 2; side++) {
        for (int k = 0; k < classes; k++) {
          leaves[side][k] = (float) Math.log(sums[side][k] + 0.5);
        }
      }
      PortableModel model =
          TreeEnsemble.builder(rows.columns(), new float[classes])
              .vectorTree(3)
              .split(0, 0, cut, 1, 2, true)
              .leaf(1, leaves[0])
              .leaf(2, leaves[1])
              .build();
      return new FittedStudent() {
        @Override
        public void logits(Matrix asked, float[] logits) {
          model.logits(asked.values(), asked.rows(), logits);
        }

        @Override
        public Optional<PortableModel> portable() {
          return Optional.of(model);
        }

        @Override
        public int steps() {
          return 0;
        }

        @Override
        public void close() {}
      };
    }
  }
}
