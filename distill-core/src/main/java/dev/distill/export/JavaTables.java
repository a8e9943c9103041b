package dev.distill.export;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The numbers and texts of a student in the order in which the generated class reads them: columns,
 * classes, temperature, then the models from the outermost to the innermost. Big-endian, as {@link
 * java.io.DataInputStream} reads; an array is its length and its values.
 */
final class JavaTables {
  private final DataOutputStream out;

  private JavaTables(DataOutputStream out) {
    this.out = out;
  }

  static byte[] of(StudentFile student) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      new JavaTables(out).student(student);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void student(StudentFile student) throws IOException {
    List<Schema.Column> columns = student.schema().columns();
    out.writeInt(columns.size());
    for (Schema.Column column : columns) {
      text(column.name());
      if (column instanceof Schema.CategoryColumn category) {
        out.writeByte(category.coding() == Schema.Coding.INDICATORS ? 1 : 2);
        texts(category.levels());
      } else {
        out.writeByte(0);
      }
    }
    texts(student.classes());
    out.writeDouble(student.temperature());
    model(student.model());
  }

  private void model(PortableModel model) throws IOException {
    if (model instanceof TreeEnsemble trees) {
      trees(trees);
    } else if (model instanceof DenseNetwork network) {
      out.writeInt(network.layers().size());
      for (DenseNetwork.Layer layer : network.layers()) {
        out.writeByte(
            switch (layer.activation()) {
              case IDENTITY -> 0;
              case RELU -> 1;
              case TANH -> 2;
            });
        floats(layer.bias());
        floats(layer.weights());
      }
    } else if (model instanceof FactorizationMachine machine) {
      floats(machine.bias());
      floats(machine.weights());
      floats(machine.vectors());
    } else if (model instanceof StandardizedModel standardized) {
      standardizer(standardized.standardizer());
      model(standardized.model());
    } else if (model instanceof HingedModel hinged) {
      ints(hinged.hinges());
      floats(hinged.knots());
      model(hinged.model());
    } else if (model instanceof Logarithm logarithm) {
      model(logarithm.model());
    }
  }

  private void standardizer(Standardizer standardizer) throws IOException {
    int features = standardizer.features();
    float[] low = new float[features];
    float[] high = new float[features];
    double[] center = new double[features];
    double[] scale = new double[features];
    for (int j = 0; j < features; j++) {
      low[j] = standardizer.low(j);
      high[j] = standardizer.high(j);
      center[j] = standardizer.center(j);
      scale[j] = standardizer.scale(j);
    }
    floats(low);
    floats(high);
    doubles(center);
    doubles(scale);
    ints(standardizer.indicators());
    floats(standardizer.values());
  }

  /**
   * Roots, targets, and for all nodes: the feature twice, plus 1 if a missing value goes left, or
   * −1 for a leaf; the threshold, or the leaf's value; the right child (the left one stands before
   * it), or where the leaf's values begin.
   */
  private void trees(TreeEnsemble trees) throws IOException {
    int classes = trees.classes();
    int[] roots = new int[trees.trees()];
    int[] targets = new int[trees.trees()];
    int[] features = new int[trees.nodes()];
    float[] values = new float[trees.nodes()];
    int[] right = new int[trees.nodes()];
    int vectors = 0;
    int at = 0;
    for (int tree = 0; tree < roots.length; tree++) {
      roots[tree] = at;
      targets[tree] = trees.targetClass(tree);
      for (int node = 0; node < trees.nodes(tree); node++, at++) {
        if (!trees.isLeaf(tree, node)) {
          features[at] = trees.feature(tree, node) << 1 | (trees.missingLeft(tree, node) ? 1 : 0);
          values[at] = trees.threshold(tree, node);
          right[at] = roots[tree] + trees.left(tree, node) + 1;
        } else {
          features[at] = -1;
          if (targets[tree] >= 0) {
            values[at] = trees.leaf(tree, node, targets[tree]);
          } else {
            right[at] = Math.multiplyExact(vectors++, classes);
          }
        }
      }
    }
    float[] leaves = new float[Math.multiplyExact(vectors, classes)];
    for (int tree = 0, leaf = 0; tree < roots.length; tree++) {
      for (int node = 0; node < trees.nodes(tree) && targets[tree] < 0; node++) {
        if (trees.isLeaf(tree, node)) {
          for (int k = 0; k < classes; k++) {
            leaves[leaf++] = trees.leaf(tree, node, k);
          }
        }
      }
    }
    float[] base = new float[classes];
    for (int k = 0; k < classes; k++) {
      base[k] = trees.base(k);
    }
    floats(base);
    ints(roots);
    ints(targets);
    ints(features);
    floats(values);
    ints(right);
    floats(leaves);
  }

  // ---- values ----

  private void text(String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private void texts(List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      text(text);
    }
  }

  private void ints(int[] values) throws IOException {
    out.writeInt(values.length);
    for (int value : values) {
      out.writeInt(value);
    }
  }

  private void floats(float[] values) throws IOException {
    out.writeInt(values.length);
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  private void doubles(double[] values) throws IOException {
    out.writeInt(values.length);
    for (double value : values) {
      out.writeDouble(value);
    }
  }
}
