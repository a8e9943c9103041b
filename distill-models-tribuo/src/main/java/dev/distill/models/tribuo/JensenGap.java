package dev.distill.models.tribuo;

import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tribuo.regression.rtree.impurity.RegressorImpurity;

/**
 * How far rows are from their mean: mean f(t) − f(mean t) of a convex f. Added up over the classes
 * that is the mean squared error for f(t) = t² and the mean KL(row ‖ mean) for f(t) = t ln t.
 *
 * <p>Tribuo asks for the rows below and above every threshold in turn, with lists of rows by value
 * of which the first grows by what the second loses. Its own measure adds up all rows each time,
 * which takes rows × values; this one remembers the sums of the last threshold. For one tree, used
 * by one thread.
 */
final class JensenGap implements RegressorImpurity {

  /** The convex function. */
  enum Function {
    SQUARE {
      @Override
      double of(double t) {
        return t * t;
      }
    },
    ENTROPY {
      @Override
      double of(double t) {
        return t > 0 ? t * Math.log(t) : 0;
      }
    };

    abstract double of(double t);
  }

  private final Function function;
  private final int leastRows;
  private final IdentityHashMap<float[], Sweep> sweeps = new IdentityHashMap<>();
  private @Nullable Sweep last;

  /**
   * A measure.
   *
   * @param leastRows no side of a split has less than this weight
   */
  JensenGap(Function function, int leastRows) {
    this.function = function;
    this.leastRows = leastRows;
  }

  @Override
  public ImpurityTuple impurityTuple(int[] indices, int length, float[] targets, float[] weights) {
    Sums sums = new Sums();
    sweep(targets).add(sums, indices, length, weights);
    return sums.tuple(function, 0);
  }

  @Override
  public ImpurityTuple impurityTuple(List<int[]> indices, float[] targets, float[] weights) {
    return sweep(targets).next(indices, weights).tuple(function, leastRows);
  }

  @Override
  public double impurity(float[] targets, float[] weights) {
    int[] all = new int[targets.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    return impurity(all, targets, weights);
  }

  private Sweep sweep(float[] targets) {
    Sweep before = last;
    Sweep found;
    if (before != null && before.targets == targets) {
      return before;
    }
    // Classes come in turn: no map is asked but in the first round.
    if (before != null && before.following != null && before.following.targets == targets) {
      found = before.following;
    } else {
      found = sweeps.computeIfAbsent(targets, all -> new Sweep(function, all));
      if (before != null) {
        before.following = found;
      }
    }
    last = found;
    return found;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "RegressorImpurity");
  }

  /** Of some rows: the sum of weights, of targets and of the function of targets. */
  private static final class Sums {
    double weight;
    double target;
    double value;

    void clear() {
      weight = 0;
      target = 0;
      value = 0;
    }

    void add(Sums other, double sign) {
      weight += sign * other.weight;
      target += sign * other.target;
      value += sign * other.value;
    }

    ImpurityTuple tuple(Function function, int leastRows) {
      if (weight < leastRows) {
        return new ImpurityTuple(Float.POSITIVE_INFINITY, (float) weight);
      }
      double gap = value / weight - function.of(target / weight);
      return new ImpurityTuple((float) Math.max(0, gap), (float) weight);
    }
  }

  /** The way through the thresholds of a feature, for the targets of one class. */
  private static final class Sweep {
    private final float[] targets;
    private final double[] values;
    private final Sums lower = new Sums();
    private final Sums upper = new Sums();
    private final Sums moved = new Sums();
    private @Nullable Sweep following;
    private boolean below = true;
    private int lowerSize;
    private int @Nullable [] upperFirst;
    private int @Nullable [] upperLast;

    Sweep(Function function, float[] targets) {
      this.targets = targets;
      values = new double[targets.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = function.of(targets[i]);
      }
    }

    void add(Sums sums, int[] indices, int length, float[] weights) {
      double weight = 0;
      double target = 0;
      double value = 0;
      for (int i = 0; i < length; i++) {
        int row = indices[i];
        weight += weights[row];
        target += weights[row] * (double) targets[row];
        value += weights[row] * values[row];
      }
      sums.weight += weight;
      sums.target += target;
      sums.value += value;
    }

    /** Sums of the rows of a list: those below and those above a threshold, in turn. */
    Sums next(List<int[]> groups, float[] weights) {
      below = !below;
      return below ? upper(groups, weights) : lower(groups, weights);
    }

    private Sums lower(List<int[]> groups, float[] weights) {
      int size = groups.size();
      int[] added = groups.get(size - 1);
      if (size > 1 && size == lowerSize + 1 && added == upperFirst) {
        moved.clear();
        add(moved, added, added.length, weights);
        lower.add(moved, 1);
      } else {
        upperLast = null;
        addAll(lower, groups, weights);
      }
      lowerSize = size;
      return lower;
    }

    private Sums upper(List<int[]> groups, float[] weights) {
      int[] end = groups.get(groups.size() - 1);
      if (end == upperLast) {
        upper.add(moved, -1);
      } else {
        addAll(upper, groups, weights);
      }
      upperFirst = groups.get(0);
      upperLast = end;
      return upper;
    }

    private void addAll(Sums sums, List<int[]> groups, float[] weights) {
      sums.clear();
      for (int[] group : groups) {
        add(sums, group, group.length, weights);
      }
    }
  }
}
