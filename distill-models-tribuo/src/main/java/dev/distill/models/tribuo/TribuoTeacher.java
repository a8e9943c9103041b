package dev.distill.models.tribuo;

import dev.distill.spi.ClassOrder;
import dev.distill.spi.Matrix;
import dev.distill.spi.Names;
import dev.distill.spi.Teacher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.Prediction;
import org.tribuo.VariableInfo;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.impl.ArrayExample;

/**
 * Makes a teacher of a trained classifier of Tribuo's.
 *
 * <p>Each row is an example with a feature for each column. A missing value (NaN) is a feature that
 * is left out, which to Tribuo, whose examples are sparse, is the same as 0; a 0 stays a feature.
 *
 * <p>A teacher throws an {@link IllegalArgumentException} that names the row where the model
 * answers what are no probabilities. Whether they are is seen by the answers: some models that give
 * a distribution, such as trees, do not say so ({@link Model#generatesProbabilities}). It is as
 * thread-safe as the model.
 */
public final class TribuoTeacher {
  /** Some models answer many rows at once faster than one by one. */
  private static final int BATCH = 1_024;

  private TribuoTeacher() {}

  /**
   * A teacher around a classifier.
   *
   * @param features what the model calls the rows' columns, in their order; with Tribuo's readers
   *     of fields that may be {@code length@value}. Columns that it does not know are ignored
   * @param classes the data's classes, in the order of the answers: {@code Dataset.classes()}; the
   *     model's labels are found among them by name
   * @throws IllegalArgumentException if a feature of the model's is no column, a column is there
   *     twice, or its classes are not these
   */
  public static Teacher of(Model<Label> model, List<String> features, List<String> classes) {
    String name = "Tribuo's " + model.getClass().getSimpleName();
    boolean[] known = known(model, name, features);
    List<String> own = new ArrayList<>();
    for (Label label : model.getOutputIDInfo().getDomain()) {
      own.add(label.getLabel());
    }
    ClassOrder order = new ClassOrder(name, own, classes);
    List<String> columns = List.copyOf(features);
    return rows -> {
      if (rows.columns() != columns.size()) {
        throw new IllegalArgumentException(
            "%s: got rows of %s columns, expected %s: %s"
                .formatted(name, rows.columns(), columns.size(), Names.quoted(columns)));
      }
      double[] all = new double[Math.multiplyExact(rows.rows(), order.size())];
      double[] answer = new double[order.size()];
      for (int from = 0; from < rows.rows(); from += BATCH) {
        List<Example<Label>> batch = new ArrayList<>();
        for (int i = from; i < Math.min(rows.rows(), from + BATCH); i++) {
          batch.add(example(name, columns, known, rows, i));
        }
        List<Prediction<Label>> predictions = model.predict(batch);
        for (int i = 0; i < predictions.size(); i++) {
          Map<String, Label> scores = predictions.get(i).getOutputScores();
          for (int k = 0; k < answer.length; k++) {
            Label score = scores.get(own.get(k));
            answer[k] = score == null ? 0 : score.getScore();
          }
          order.put(answer, all, from + i);
        }
      }
      return all;
    };
  }

  /** Which columns the model knows: all of its features must be there, once. */
  private static boolean[] known(Model<Label> model, String name, List<String> features) {
    boolean[] known = new boolean[features.size()];
    Set<String> found = new HashSet<>();
    for (int c = 0; c < known.length; c++) {
      // By id, as a model may keep hashes of the names alone.
      VariableInfo info = model.getFeatureIDMap().get(features.get(c));
      known[c] = info != null;
      if (info != null && !found.add(info.getName())) {
        throw new IllegalArgumentException(
            "%s: column '%s' is there twice, expected once".formatted(name, features.get(c)));
      }
    }
    for (VariableInfo info : model.getFeatureIDMap()) {
      if (!found.contains(info.getName())) {
        throw new IllegalArgumentException(
            "%s: its feature '%s' is no column, there are %s"
                .formatted(name, info.getName(), Names.quoted(features)));
      }
    }
    return known;
  }

  private static Example<Label> example(
      String name, List<String> columns, boolean[] known, Matrix rows, int row) {
    ArrayExample<Label> example = new ArrayExample<>(LabelFactory.UNKNOWN_LABEL);
    for (int c = 0; c < known.length; c++) {
      float value = rows.get(row, c);
      if (known[c] && !Float.isNaN(value)) {
        example.add(columns.get(c), value);
      }
    }
    if (example.size() == 0) {
      throw new IllegalArgumentException(
          "%s: row %s has no value in any of its features, expected at least one"
              .formatted(name, row + 1));
    }
    return example;
  }
}
