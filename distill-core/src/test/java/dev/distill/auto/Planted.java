package dev.distill.auto;

import dev.distill.data.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Rows whose class shares are known: 0.9 left of 0.2 in the first feature, 0.2 right of it. */
public final class Planted {

  /** The second feature of every test row; of a training row it is its index. */
  static final float TEST_MARKER = 7777;

  private Planted() {}

  /** The planted probabilities of rows. */
  static double[] teacher(Dataset rows) {
    double[] probabilities = new double[rows.rows() * 2];
    for (int i = 0; i < rows.rows(); i++) {
      double p = share(rows.features().get(i, 0));
      probabilities[2 * i] = p;
      probabilities[2 * i + 1] = 1 - p;
    }
    return probabilities;
  }

  private static double share(float x) {
    return x < 0.2f ? 0.9 : 0.2;
  }

  /** Rows with labels drawn from the planted probabilities. */
  static Dataset rows(int count, boolean test, long seed) {
    Random random = new Random(seed);
    float[][] rows = new float[count][];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows[i] = new float[] {2 * random.nextFloat() - 1, test ? TEST_MARKER : i};
      boolean first = i == 0 || (i != 1 && random.nextDouble() < share(rows[i][0]));
      labels.add(first ? "no" : "yes");
    }
    return Dataset.of(List.of("x", "row"), rows, labels);
  }

  /** A task of so many training rows and 200 test rows. */
  public static DistillationTask task(int trainRows) {
    Dataset train = rows(trainRows, false, 1);
    Dataset test = rows(200, true, 2);
    return DistillationTask.of(train, teacher(train), test, teacher(test));
  }

  /** A task of rows of which a share is held out as test rows. */
  public static DistillationTask heldOut(Dataset rows, double[] teacher, double share, long seed) {
    DistillConfig config = DistillConfig.builder().testShare(share).seed(seed).build();
    return new TaskParts(new TaskParts.Given(rows, null, teacher), null, null, config).task();
  }
}
