package dev.distill.models.smile;

import dev.distill.spi.ClassOrder;
import dev.distill.spi.Matrix;
import dev.distill.spi.Names;
import dev.distill.spi.Teacher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import smile.classification.Classifier;
import smile.classification.DataFrameClassifier;
import smile.data.Tuple;
import smile.data.measure.CategoricalMeasure;
import smile.data.measure.Measure;
import smile.data.type.DataTypes;
import smile.data.type.StructField;
import smile.data.type.StructType;

/**
 * Makes a teacher of a trained classifier of Smile's, one that is soft: it gives probabilities.
 *
 * <p>Smile knows classes by whole numbers, in an order of its own; they are found among the data's
 * classes as texts ("1", also "1.0"), or by names that the caller gives them. Rows are asked one
 * after the other, in float32 as {@link Matrix} has them; a missing value is passed on as NaN, and
 * what it means is the model's matter: trees go to one side, a linear model answers NaN, which is
 * refused.
 *
 * <p>A teacher throws an {@link IllegalArgumentException} that names the row where the model can't
 * answer it, such as for another number of columns than it was trained on, or answers what are no
 * probabilities. It is as thread-safe as the model.
 */
public final class SmileTeacher {
  private SmileTeacher() {}

  /**
   * A teacher around a classifier of arrays whose classes are numbers in the data too.
   *
   * @param model takes the columns of the rows in their order
   * @param classes the data's classes, in the order of the answers: {@code Dataset.classes()}
   * @throws IllegalArgumentException if the model is not soft, or its classes are not these
   */
  public static Teacher of(Classifier<double[]> model, List<String> classes) {
    return of(model, Integer::toString, classes);
  }

  /**
   * A teacher around a classifier of arrays.
   *
   * @param model takes the columns of the rows in their order
   * @param names what the data call a class that the model knows by a number
   * @param classes the data's classes, in the order of the answers: {@code Dataset.classes()}
   * @throws IllegalArgumentException if the model is not soft, or its classes are not these
   */
  public static Teacher of(
      Classifier<double[]> model, IntFunction<String> names, List<String> classes) {
    ClassOrder order = order(model, names, classes);
    String name = name(model);
    return rows -> {
      double[] row = new double[rows.columns()];
      return ask(
          model,
          name,
          order,
          rows,
          i -> {
            for (int c = 0; c < row.length; c++) {
              row[c] = rows.get(i, c);
            }
            return row;
          });
    };
  }

  /**
   * A teacher around a classifier of data frames whose classes are numbers in the data too.
   *
   * @param model see {@link #of(DataFrameClassifier, IntFunction, List, List)}
   * @param features the names of the rows' columns, in their order
   * @param classes the data's classes, in the order of the answers: {@code Dataset.classes()}
   * @throws IllegalArgumentException if the model is not soft, its classes are not these, or its
   *     formula can't be evaluated with these columns
   */
  public static Teacher of(DataFrameClassifier model, List<String> features, List<String> classes) {
    return of(model, Integer::toString, features, classes);
  }

  /**
   * A teacher around a classifier of data frames, such as a random forest.
   *
   * @param model finds its columns by name, by its formula; others are not looked at. A column that
   *     is categorical to it holds the codes of its levels
   * @param names what the data call a class that the model knows by a number: {@code scale::level}
   *     for a response of a {@code NominalScale}
   * @param features the names of the rows' columns, in their order
   * @param classes the data's classes, in the order of the answers: {@code Dataset.classes()}
   * @throws IllegalArgumentException if the model is not soft, its classes are not these, or its
   *     formula can't be evaluated with these columns
   */
  public static Teacher of(
      DataFrameClassifier model,
      IntFunction<String> names,
      List<String> features,
      List<String> classes) {
    ClassOrder order = order(model, names, classes);
    String name = name(model);
    StructType schema = schema(model, name, features);
    return rows -> {
      if (rows.columns() != schema.length()) {
        throw new IllegalArgumentException(
            "%s: got rows of %s columns, expected %s: %s"
                .formatted(name, rows.columns(), schema.length(), Names.quoted(features)));
      }
      double[] row = new double[rows.columns()];
      return ask(
          model,
          name,
          order,
          rows,
          i -> {
            for (int c = 0; c < row.length; c++) {
              row[c] = value(schema.field(c), rows.get(i, c));
            }
            return Tuple.of(row, schema);
          });
    };
  }

  private static String name(Classifier<?> model) {
    String name = model.getClass().getName();
    return "Smile's " + name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
  }

  private static ClassOrder order(
      Classifier<?> model, IntFunction<String> names, List<String> classes) {
    if (!model.soft()) {
      throw new IllegalArgumentException(
          name(model) + ": it gives a class alone, expected a soft classifier: probabilities");
    }
    List<String> own = new ArrayList<>();
    for (int label : model.classes()) {
      own.add(names.apply(label));
    }
    return new ClassOrder(name(model), own, classes);
  }

  /** The rows' columns as the model's formula takes them. */
  private static StructType schema(DataFrameClassifier model, String name, List<String> features) {
    StructType own = model.schema();
    List<String> inputs = Arrays.asList(own.names());
    StructField[] fields = new StructField[features.size()];
    for (int c = 0; c < fields.length; c++) {
      String feature = features.get(c);
      int at = inputs.indexOf(feature);
      fields[c] =
          at >= 0 && isCategory(own.field(at))
              ? own.field(at)
              : new StructField(feature, DataTypes.DoubleType);
    }
    StructType schema = DataTypes.struct(fields);
    StructType bound;
    try {
      bound = model.formula().bind(schema);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "%s: its formula %s can't be evaluated with the columns %s: %s"
              .formatted(name, model.formula(), Names.quoted(features), e.getMessage()),
          e);
    }
    List<String> given = Arrays.asList(bound.names());
    if (!given.equals(inputs)) {
      throw new IllegalArgumentException(
          "%s: its formula %s makes of the columns %s the inputs %s, expected %s"
              .formatted(name, model.formula(), Names.quoted(features), given, inputs));
    }
    return schema;
  }

  private static boolean isCategory(StructField field) {
    return field.measure instanceof CategoricalMeasure;
  }

  /** A cell, which of a category must be the code of a level: NaN would be read as 0. */
  private static double value(StructField field, float cell) {
    Measure measure = field.measure;
    if (measure instanceof CategoricalMeasure category
        && !(cell == Math.rint(cell) && isLevel(category, (int) cell))) {
      throw new IllegalArgumentException(
          "column '%s' is %s, allowed are the codes of the categories %s"
              .formatted(field.name, cell, category));
    }
    return cell;
  }

  private static boolean isLevel(CategoricalMeasure category, int code) {
    for (int value : category.values()) {
      if (value == code) {
        return true;
      }
    }
    return false;
  }

  private static <T> double[] ask(
      Classifier<T> model, String name, ClassOrder order, Matrix rows, IntFunction<T> row) {
    double[] all = new double[Math.multiplyExact(rows.rows(), order.size())];
    double[] answer = new double[order.size()];
    for (int i = 0; i < rows.rows(); i++) {
      try {
        model.predict(row.apply(i), answer);
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(
            "%s: no answer for row %s, of %s columns: %s"
                .formatted(name, i + 1, rows.columns(), e.getMessage()),
            e);
      }
      order.put(answer, all, i);
    }
    return all;
  }
}
