package dev.distill.models.tribuo;

import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.VariableInfo;
import org.tribuo.classification.Label;

/** Makes a {@link Table} of a dataset of Tribuo's. */
public final class TribuoTables {
  private TribuoTables() {}

  /**
   * The examples of a dataset; copied. A column of numbers for each feature, in the order of their
   * names; a feature that an example does not have is 0, as it is to Tribuo, which knows nothing
   * missing. The last column is the label, a text.
   *
   * @param name what messages call the table
   * @param label what the label's column is called
   * @throws IllegalArgumentException if a feature is called so
   */
  public static Table of(String name, Dataset<Label> examples, String label) {
    TreeSet<String> features = new TreeSet<>();
    for (VariableInfo feature : examples.getFeatureMap()) {
      features.add(feature.getName());
    }
    Map<String, double[]> values = new LinkedHashMap<>();
    features.forEach(feature -> values.put(feature, new double[examples.size()]));
    Table.TextsBuilder labels = new Table.TextsBuilder(examples.size());
    int row = 0;
    for (Example<Label> example : examples) {
      for (Feature feature : example) {
        double[] column = values.get(feature.getName());
        if (column != null) {
          column[row] = feature.getValue();
        }
      }
      labels.add(example.getOutput().getLabel());
      row++;
    }
    List<Table.Column> columns = new ArrayList<>();
    values.forEach((feature, column) -> columns.add(new Table.Numbers(feature, column)));
    columns.add(labels.build(label));
    return new Table(name, columns);
  }
}
