package dev.distill.models.tribuo;

import dev.distill.spi.Matrix;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.protos.core.ExampleProto;
import org.tribuo.regression.Regressor;
import org.tribuo.util.Merger;

/** A row of a matrix as Tribuo reads it: every feature, zeros too, in the order of the columns. */
final class Row extends Example<Regressor> {
  private static final long serialVersionUID = 1;

  private final transient String[] names;
  private final transient Matrix matrix;
  private final transient int row;

  Row(Regressor output, String[] names, Matrix matrix, int row) {
    super(output);
    this.names = names;
    this.matrix = matrix;
    this.row = row;
  }

  @Override
  public Iterator<Feature> iterator() {
    return new Iterator<>() {
      private int column;

      @Override
      public boolean hasNext() {
        return column < names.length;
      }

      @Override
      public Feature next() {
        if (column == names.length) {
          throw new NoSuchElementException();
        }
        return new Feature(names[column], matrix.get(row, column++));
      }
    };
  }

  @Override
  public int size() {
    return names.length;
  }

  @Override
  public boolean validateExample() {
    return true;
  }

  @Override
  public boolean isDense(FeatureMap features) {
    return features.size() == names.length;
  }

  @Override
  public Row copy() {
    return new Row(output, names, matrix, row);
  }

  @Override
  protected void sort() {}

  @Override
  public void canonicalize(FeatureMap features) {}

  @Override
  protected void densify(List<String> features) {}

  @Override
  public void add(Feature feature) {
    throw fixed();
  }

  @Override
  public void addAll(Collection<? extends Feature> features) {
    throw fixed();
  }

  @Override
  public void removeFeatures(List<Feature> features) {
    throw fixed();
  }

  @Override
  public void reduceByName(Merger merger) {
    throw fixed();
  }

  @Override
  public void set(Feature feature) {
    throw fixed();
  }

  @Override
  public ExampleProto serialize() {
    throw new UnsupportedOperationException("a row of the training matrix is written nowhere");
  }

  private static UnsupportedOperationException fixed() {
    return new UnsupportedOperationException("a row of the training matrix does not change");
  }
}
