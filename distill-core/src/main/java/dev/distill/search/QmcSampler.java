package dev.distill.search;

import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Seeds;
import java.util.Optional;
import org.hipparchus.random.SobolSequenceGenerator;

/**
 * Points that fill the space more evenly than independent draws: the sequence of Sobol (1967) with
 * the direction numbers of Joe and Kuo (2008), scrambled as Owen (1995) does, by the hash of Laine
 * and Karras (2011) as Burley (2020) has it. Of the first 2<sup>k</sup> points, each of the
 * 2<sup>k</sup> equal intervals of a dimension has one.
 *
 * <p>What it suggests depends on the seed and the index alone. Each dimension of the space has its
 * coordinate, whether it exists at a point or not: dimensions that exist under a choice alone are
 * filled less evenly.
 */
public final class QmcSampler implements Sampler {

  @Override
  public Optional<Hyperparameters> suggest(Question question) {
    Axes axes = new Axes(question.space());
    double[] point = new double[axes.count()];
    if (point.length > 0) {
      double[] sobol = new SobolSequenceGenerator(point.length).skipTo(question.index());
      for (int d = 0; d < point.length; d++) {
        double u = scrambled(sobol[d], (int) Seeds.derive(question.seed(), "qmc " + d));
        point[d] = axes.options(d) > 0 ? Math.floor(u * axes.options(d)) : u;
      }
    }
    return Optional.of(axes.decode(axes.snap(point)));
  }

  /** The middle of the 2<sup>-32</sup> that the leading 32 bits are moved to. */
  static double scrambled(double x, int seed) {
    int bits = Integer.reverse((int) (long) (x * 0x1p32));
    bits += seed;
    bits ^= bits * 0x6c50b47c;
    bits ^= bits * 0xb82f1e52;
    bits ^= bits * 0xc7afe638;
    bits ^= bits * 0x8d22f6e6;
    return (Integer.toUnsignedLong(Integer.reverse(bits)) + 0.5) * 0x1p-32;
  }
}
