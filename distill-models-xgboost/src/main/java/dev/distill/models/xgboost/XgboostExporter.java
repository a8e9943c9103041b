package dev.distill.models.xgboost;

import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.StudentExporter;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Writes a student of trees as a model that XGBoost loads, of objective {@code multi:softprob}. It
 * takes encoded features: what turns a row's categories into numbers is not in it.
 *
 * <p>The base of each class is a tree of one leaf, as XGBoost's base score is another thing in each
 * of its versions; leaves and bases are divided by the temperature; a tree with a value for every
 * class is written once a class.
 */
public final class XgboostExporter implements StudentExporter {
  private static final int BEGINNING = 400;

  /** float32 sums of leaves that were divided by the temperature, and a softmax in float32. */
  private static final double BOUND = 1e-5;

  @Override
  public String name() {
    return "xgboost";
  }

  @Override
  public String description() {
    return "an XGBoost model, .json or .ubj, of a student of trees; takes encoded features";
  }

  @Override
  public String extension() {
    return "ubj";
  }

  @Override
  public double bound() {
    return BOUND;
  }

  @Override
  public Map<String, byte[]> export(StudentFile student, String file, Map<String, String> options) {
    if (!file.endsWith(".json") && !file.endsWith(".ubj")) {
      throw new IllegalArgumentException(
          file + ": XGBoost tells its formats by their names, expected .json or .ubj");
    }
    if (!(student.model() instanceof TreeEnsemble trees)) {
      throw new IllegalArgumentException(
          "XGBoost can't express this student: it is %s; it can be a sum of trees whose leaves are logits, as of xgboost.trees, xgboost.additive, smile.gbm and all single trees"
              .formatted(words(student.model())));
    }
    byte[] json = BoosterWriter.json(student, trees);
    try {
      Booster booster = XGBoost.loadModel(json);
      try {
        return Map.of(file, file.endsWith(".json") ? json : booster.toByteArray("ubj"));
      } finally {
        booster.dispose();
      }
    } catch (XGBoostError | IOException e) {
      throw new IllegalArgumentException(
          "XGBoost does not take this student: " + XgboostTeachers.firstLine(e), e);
    }
  }

  private static String words(PortableModel model) {
    return model instanceof Logarithm
        ? "a forest, whose probabilities are the mean of its trees"
        : "no sum of trees";
  }

  @Override
  public boolean opens(Path file) throws IOException {
    if (file.toString().endsWith(".ubj")) {
      return true;
    }
    if (!file.toString().endsWith(".json")) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      String beginning = new String(in.readNBytes(BEGINNING), StandardCharsets.UTF_8);
      return beginning.contains("\"learner\"");
    }
  }

  @Override
  public ExportedStudent open(Path file, StudentFile student) throws IOException {
    WholeModel.check(file);
    Booster booster;
    try {
      booster = XGBoost.loadModel(file.toString());
    } catch (XGBoostError e) {
      throw new IllegalArgumentException(
          "%s: XGBoost can't read it as a model: %s".formatted(file, XgboostTeachers.firstLine(e)),
          e);
    }
    try {
      if (booster.getNumFeature() != student.schema().features()) {
        long features = booster.getNumFeature();
        booster.dispose();
        throw new IllegalArgumentException(
            "%s: it has %s features, the student %s"
                .formatted(file, features, student.schema().features()));
      }
    } catch (XGBoostError e) {
      booster.dispose();
      throw new IOException("%s: %s".formatted(file, XgboostTeachers.firstLine(e)), e);
    }
    return new Opened(booster, student.schema(), student.classes().size());
  }

  /** A booster behind a schema. */
  private record Opened(Booster booster, Schema schema, int classes) implements ExportedStudent {
    @Override
    public Scores score(Table rows) {
      try {
        float[][] answers =
            booster.inplace_predict(
                rows.features(schema),
                rows.rows(),
                schema.features(),
                Float.NaN,
                new int[] {0, 0},
                Booster.PredictionType.kValue,
                null);
        double[] probabilities = new double[rows.rows() * classes];
        int[] winners = new int[rows.rows()];
        for (int i = 0; i < winners.length; i++) {
          if (answers[i].length != classes) {
            throw new IllegalStateException(
                "XGBoost gives %s probabilities a row, expected %s"
                    .formatted(answers[i].length, classes));
          }
          for (int k = 0; k < classes; k++) {
            probabilities[i * classes + k] = answers[i][k];
            winners[i] = answers[i][k] > answers[i][winners[i]] ? k : winners[i];
          }
        }
        return new Scores(probabilities, winners);
      } catch (XGBoostError e) {
        throw new IllegalStateException("XGBoost gave no answer: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      booster.dispose();
    }
  }
}
