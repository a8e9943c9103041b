package dev.distill.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Opens classifiers in ONNX files as teachers: exports of scikit-learn, LightGBM, PyTorch and
 * others.
 */
public final class OnnxTeachers implements TeacherProvider {

  @Override
  public String id() {
    return "onnx";
  }

  @Override
  public String opens() {
    return "ONNX models: .onnx";
  }

  @Override
  public boolean opens(String place) {
    return place.toLowerCase(Locale.ROOT).endsWith(".onnx");
  }

  @Override
  public TeacherModel open(String place) throws IOException {
    Path file = Path.of(place);
    if (!Files.isReadable(file)) {
      throw new IOException(
          place + ": " + (Files.exists(file) ? "can't be read" : "there is no such file"));
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession session = session(place, environment);
    boolean opened = false;
    try {
      TeacherModel teacher = new OnnxTeacher(file.getFileName().toString(), environment, session);
      opened = true;
      return teacher;
    } catch (OrtException e) {
      throw new IOException("%s: %s".formatted(place, e.getMessage()), e);
    } finally {
      if (!opened) {
        OnnxTeacher.close(session);
      }
    }
  }

  /** Opens a model; its threads do not spin, which would starve whatever else runs here. */
  static OrtSession session(String place, OrtEnvironment environment) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      return environment.createSession(place, options);
    } catch (OrtException e) {
      throw new IllegalArgumentException(
          "%s: ONNX Runtime can't open it as a model: %s".formatted(place, e.getMessage()), e);
    }
  }
}
