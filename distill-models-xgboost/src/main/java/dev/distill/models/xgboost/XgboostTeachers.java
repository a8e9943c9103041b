package dev.distill.models.xgboost;

import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Opens classifiers that XGBoost saved, in any language, as teachers. */
public final class XgboostTeachers implements TeacherProvider {

  @Override
  public String id() {
    return "xgboost";
  }

  @Override
  public String opens() {
    return "XGBoost models: .ubj, .json";
  }

  @Override
  public boolean opens(String place) {
    String name = place.toLowerCase(Locale.ROOT);
    return name.endsWith(".ubj") || name.endsWith(".json");
  }

  @Override
  public TeacherModel open(String place) throws IOException {
    Path file = Path.of(place);
    if (!Files.isReadable(file)) {
      throw new IOException(
          place + ": " + (Files.exists(file) ? "can't be read" : "there is no such file"));
    }
    WholeModel.check(file);
    Booster booster;
    try {
      booster = XGBoost.loadModel(place);
    } catch (XGBoostError e) {
      throw new IllegalArgumentException(
          "%s: XGBoost can't read it as a model: %s".formatted(place, firstLine(e)), e);
    }
    boolean opened = false;
    try {
      TeacherModel teacher = new XgboostTeacher(file.getFileName().toString(), booster);
      opened = true;
      return teacher;
    } catch (XGBoostError e) {
      throw new IOException("%s: %s".formatted(place, firstLine(e)), e);
    } finally {
      if (!opened) {
        booster.dispose();
      }
    }
  }

  /** XGBoost's messages begin with a line of time and place, and end with a native stack trace. */
  static String firstLine(Exception e) {
    return String.valueOf(e.getMessage())
        .lines()
        .map(line -> line.replaceFirst("^\\[[0-9:]+\\] \\S+ ", "").strip())
        .filter(line -> !line.isEmpty())
        .findFirst()
        .orElse("no reason given");
  }
}
