package dev.distill.data;

import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes rows by MUNGE (Bucilă, Caruana and Niculescu-Mizil, 2006): a row of the table in which some
 * cells are moved towards those of one of its nearest rows. A number becomes a draw around the
 * other's, as wide as the two are apart, within the range seen, and whole where the column is; a
 * text or a missing cell is taken over as it is.
 *
 * <p>The original takes the one nearest row; one of several at random gave better students.
 */
public final class Munge implements RowGenerator {
  private static final int NEIGHBOURS = 10;

  private final Table table;
  private final Range[] ranges;
  private final int[] nearest;
  private final int neighbours;
  private final double probability;
  private final double variance;
  private final long seed;

  /**
   * Looks for each row's neighbours.
   *
   * @param rows at least two
   */
  public Munge(Table rows, long seed) {
    this(rows, NEIGHBOURS, 0.5, 3, seed);
  }

  /**
   * With other parameters.
   *
   * @param neighbours k, of how many nearest rows one is drawn
   * @param probability p, how likely a cell is changed, 0 to 1
   * @param variance s, a draw's standard deviation is the distance of the two numbers divided by it
   */
  public Munge(Table rows, int neighbours, double probability, double variance, long seed) {
    if (rows.rows() < 2) {
      throw new IllegalArgumentException(
          "%s: %s rows, expected at least two to make others of"
              .formatted(rows.name(), rows.rows()));
    }
    table = rows;
    this.neighbours = Math.min(neighbours, rows.rows() - 1);
    this.probability = probability;
    this.variance = variance;
    this.seed = seed;
    nearest = Neighbours.of(rows, this.neighbours, seed);
    ranges = rows.columns().stream().map(Range::of).toArray(Range[]::new);
  }

  @Override
  public int source(long row) {
    return (int) (row % table.rows());
  }

  @Override
  public int partner(long row) {
    return partner(source(row), random(row));
  }

  private int partner(int source, SplittableRandom random) {
    return nearest[source * neighbours + random.nextInt(neighbours)];
  }

  private SplittableRandom random(long row) {
    // Seeds in a row would give streams that overlap.
    return new SplittableRandom(new SplittableRandom(seed + row).nextLong());
  }

  @Override
  public Table rows(long from, int count) {
    int[] sources = new int[count];
    int[] partners = new int[count];
    int width = ranges.length;
    // Of each row and column, whether the cell is changed and the draw that moves it.
    double[][] draws = new double[width][count];
    for (int i = 0; i < count; i++) {
      SplittableRandom random = random(from + i);
      sources[i] = source(from + i);
      partners[i] = partner(sources[i], random);
      for (int c = 0; c < width; c++) {
        draws[c][i] = random.nextDouble() < probability ? random.nextGaussian() : Double.NaN;
      }
    }
    List<Table.Column> made = new ArrayList<>();
    for (int c = 0; c < width; c++) {
      Table.Column column = table.columns().get(c);
      made.add(
          column instanceof Table.Numbers numbers
              ? new Table.Numbers(
                  column.name(), moved(numbers.values(), ranges[c], sources, partners, draws[c]))
              : swapped((Table.Texts) column, sources, partners, draws[c]));
    }
    return new Table("generated rows", made);
  }

  private double[] moved(
      double[] values, Range range, int[] sources, int[] partners, double[] draws) {
    double[] moved = draws;
    for (int i = 0; i < moved.length; i++) {
      double own = values[sources[i]];
      if (Double.isNaN(draws[i])) {
        moved[i] = own;
        continue;
      }
      double other = values[partners[i]];
      boolean both = !Double.isNaN(own) && !Double.isNaN(other);
      moved[i] = both ? range.fit(other + draws[i] * Math.abs(own - other) / variance) : other;
    }
    return moved;
  }

  private static Table.Texts swapped(
      Table.Texts column, int[] sources, int[] partners, double[] draws) {
    int[] codes = new int[draws.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = column.codes()[Double.isNaN(draws[i]) ? sources[i] : partners[i]];
    }
    return new Table.Texts(column.name(), codes, column.levels());
  }

  /** What a column's numbers may be. */
  private record Range(double low, double high, boolean whole) {
    static Range of(Table.Column column) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      boolean whole = true;
      if (column instanceof Table.Numbers numbers) {
        for (double value : numbers.values()) {
          if (!Double.isNaN(value)) {
            low = Math.min(low, value);
            high = Math.max(high, value);
            whole &= value == Math.rint(value);
          }
        }
      }
      return new Range(low, high, whole);
    }

    double fit(double value) {
      double inside = Math.max(low, Math.min(high, value));
      return whole ? Math.rint(inside) : inside;
    }
  }
}
