package dev.distill.models.xgboost;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * A booster that answers with class probabilities. Where it knows the names of its features,
 * columns are found by them and others are left out; otherwise the columns are its features in
 * their order. Classes are in the order of their labels 0, 1, …, as XGBoost has no names for them.
 */
final class XgboostTeacher implements TeacherModel {
  private final String name;
  private final Booster booster;
  private final int classes;
  private final int features;
  private final List<String> names;
  private final String objective;
  private final int rounds;

  /**
   * A teacher that owns its booster.
   *
   * @param name what messages call it
   * @throws IllegalArgumentException if it is no classifier
   */
  XgboostTeacher(String name, Booster booster) throws XGBoostError, IOException {
    this.name = name;
    this.booster = booster;
    features = (int) booster.getNumFeature();
    rounds = booster.getNumBoostedRound();
    String[] known = booster.getFeatureNames();
    // Without names the array is there, and empty or of nulls.
    names = known == null || Arrays.asList(known).contains(null) ? List.of() : List.of(known);
    Kind kind = kind(booster.toByteArray("json"));
    objective = kind.objective;
    classes =
        switch (objective) {
          case "binary:logistic" -> 2;
          case "multi:softprob", "multi:softmax" -> kind.classes;
          default ->
              throw new IllegalArgumentException(
                  "%s: its objective is %s, expected a classifier's: binary:logistic, multi:softprob or multi:softmax"
                      .formatted(name, objective));
        };
  }

  private record Kind(String objective, int classes) {}

  /** What a model is for stands outside of its trees, which may be many. */
  private static Kind kind(byte[] json) throws IOException {
    String objective = "unknown";
    int classes = 0;
    boolean inObjective = false;
    try (JsonParser parser = BoosterReader.JSON.createParser(json)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() != JsonToken.FIELD_NAME) {
          continue;
        }
        switch (parser.currentName()) {
          case "gradient_booster" -> {
            parser.nextToken();
            parser.skipChildren();
          }
          case "objective" -> inObjective = true;
          case "num_class" -> classes = Math.max(classes, Integer.parseInt(parser.nextTextValue()));
          case "name" -> {
            String text = parser.nextTextValue();
            if (inObjective && text != null) {
              objective = text;
              inObjective = false;
            }
          }
          default -> {}
        }
      }
    }
    return new Kind(objective, classes);
  }

  @Override
  public String description() {
    return "%s (XGBoost, %s, %s rounds, %s classes)".formatted(name, objective, rounds, classes);
  }

  @Override
  public void check(Table rows, List<String> wanted) {
    if (wanted.size() != classes) {
      throw new IllegalArgumentException(
          "%s: the model has %s classes, the data %s: %s"
              .formatted(name, classes, wanted.size(), Names.quoted(wanted)));
    }
    if (names.isEmpty() && rows.columns().size() != features) {
      throw new IllegalArgumentException(
          "%s: the model has %s features without names, %s has %s feature columns: %s"
              .formatted(
                  name,
                  features,
                  rows.name(),
                  rows.columns().size(),
                  Names.quoted(rows.columns().stream().map(Table.Column::name).toList())));
    }
    for (Table.Column column : columns(rows)) {
      if (column instanceof Table.Texts texts) {
        throw new IllegalArgumentException(
            "%s: the model wants numbers, column '%s' of %s holds texts such as '%s'"
                .formatted(
                    name,
                    column.name(),
                    rows.name(),
                    texts.levels().isEmpty() ? "" : texts.levels().get(0)));
      }
    }
  }

  private List<Table.Column> columns(Table rows) {
    if (names.isEmpty()) {
      return rows.columns();
    }
    for (String feature : names) {
      if (!rows.has(feature)) {
        throw new IllegalArgumentException(
            "%s: the model's feature '%s' is no column of %s, there are %s"
                .formatted(
                    name,
                    feature,
                    rows.name(),
                    Names.quoted(rows.columns().stream().map(Table.Column::name).toList())));
      }
    }
    return rows.select(names).columns();
  }

  @Override
  public synchronized double[] probabilities(Table rows, List<String> wanted) {
    List<Table.Column> columns = columns(rows);
    int width = columns.size();
    float[] values = new float[Math.multiplyExact(rows.rows(), width)];
    for (int c = 0; c < width; c++) {
      double[] column = ((Table.Numbers) columns.get(c)).values();
      for (int i = 0; i < column.length; i++) {
        values[i * width + c] = (float) column[i];
      }
    }
    try {
      return probabilities(margins(values, rows.rows(), width));
    } catch (XGBoostError e) {
      throw new IllegalStateException(
          "%s: XGBoost gave no answer: %s".formatted(name, e.getMessage()), e);
    }
  }

  /** Margins, for multi:softmax would answer with classes. In place: no DMatrix can leak. */
  private float[][] margins(float[] values, int rows, int width) throws XGBoostError {
    return booster.inplace_predict(
        MatrixPool.finite(values),
        rows,
        width,
        Float.NaN,
        new int[] {0, 0},
        Booster.PredictionType.kMargin,
        null);
  }

  @Override
  public synchronized List<StudentFile> portable(List<String> columns, List<String> wanted) {
    try {
      byte[] json = booster.toByteArray("json");
      boolean single = classes == 2 && !objective.startsWith("multi");
      TreeEnsemble bare = trees(json, new float[classes], single);
      // What the margins of a row are above its trees is the base score's.
      float[] row = new float[features];
      Arrays.fill(row, Float.NaN);
      float[] margins = margins(row, 1, features)[0];
      float[] base = new float[classes];
      bare.logits(row, 1, base);
      for (int k = 0; k < classes; k++) {
        float margin = single ? (k == 1 ? margins[0] : 0) : margins[k];
        base[k] = margin - base[k];
      }
      return List.of(
          new StudentFile(
              Schema.numbers(names.isEmpty() ? columns : names),
              trees(json, base, single),
              wanted,
              "class",
              1,
              row,
              Map.of("teacher", description())));
    } catch (XGBoostError | IOException | IllegalArgumentException e) {
      // Such as another booster than trees: it answers all the same.
      return List.of();
    }
  }

  private TreeEnsemble trees(byte[] json, float[] base, boolean single) throws IOException {
    return BoosterReader.read(
        json, features, base, BoosterReader.ALL, single, BoosterStudent.Leaf.VALUES);
  }

  private double[] probabilities(float[][] margins) {
    double[] answer = new double[margins.length * classes];
    for (int i = 0; i < margins.length; i++) {
      int at = i * classes;
      if (margins[i].length == 1) {
        answer[at + 1] = 1 / (1 + Math.exp(-margins[i][0]));
        answer[at] = 1 / (1 + Math.exp(margins[i][0]));
        continue;
      }
      double max = Double.NEGATIVE_INFINITY;
      for (float margin : margins[i]) {
        max = Math.max(max, margin);
      }
      for (int k = 0; k < classes; k++) {
        answer[at + k] = Math.exp(margins[i][k] - max);
      }
      double sum = Arrays.stream(answer, at, at + classes).sum();
      for (int k = 0; k < classes; k++) {
        answer[at + k] /= sum;
      }
    }
    return answer;
  }

  @Override
  public synchronized void close() {
    booster.dispose();
  }
}
