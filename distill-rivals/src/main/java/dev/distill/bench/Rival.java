package dev.distill.bench;

import static hex.genmodel.MojoReaderBackendFactory.CachingStrategy.MEMORY;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import biz.k11i.xgboost.Predictor;
import biz.k11i.xgboost.util.FVec;
import com.microsoft.ml.lightgbm.PredictionType;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import hex.genmodel.GenModel;
import hex.genmodel.MojoModel;
import hex.genmodel.MojoReaderBackendFactory;
import io.github.metarank.lightgbm4j.LGBMBooster;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import javax.tools.ToolProvider;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.dmg.pmml.PMML;
import org.jpmml.evaluator.Evaluator;
import org.jpmml.evaluator.ModelEvaluatorBuilder;
import org.jpmml.xgboost.FeatureMap;
import org.jpmml.xgboost.Learner;
import org.jpmml.xgboost.XGBoostUtil;
import org.jspecify.annotations.Nullable;

/** A scorer of rows of one model, or of one of the same shape ({@code h2o.pojo, smile, tribuo}). */
interface Rival {
  /** Ours with distill-runtime-vector, in a JVM that is started for it. */
  String VECTORS = "ours.vectors";

  List<String> ALL =
      List.of(
          "ours",
          VECTORS,
          "ours.file",
          "java",
          "xgboost4j",
          "xgboost4j.dmatrix",
          "onnxruntime",
          "predictor",
          "lightgbm4j",
          "jpmml",
          "h2o.mojo",
          "h2o.pojo",
          "smile",
          "tribuo");

  /** Those that take several rows at once. */
  List<String> BATCH = List.of("ours", VECTORS, "xgboost4j", "onnxruntime", "lightgbm4j");

  /**
   * Scores {@code count} rows from row {@code first} on: logits where it has them.
   *
   * @return something that depends on all it did
   */
  Object score(int first) throws Exception;

  /** The logit or the probability of the last class of row 0, to see that it is the same model. */
  static double answer(Object result, int classes) {
    if (result instanceof float[] f) {
      return f[Math.min(classes, f.length) - 1];
    }
    if (result instanceof double[] d) {
      return d[d.length - 1];
    }
    if (result instanceof float[][] f) {
      return f[0][f[0].length - 1];
    }
    return Double.NaN;
  }

  /**
   * Opens a scorer.
   *
   * @param rows enough to take {@code count} from each first row asked for
   * @throws IllegalArgumentException if it can't have such a model
   */
  static Rival open(String name, String shape, float[] rows, int count) throws Exception {
    StudentFile student = RivalModels.student(shape);
    int features = student.schema().features();
    int classes = student.classes().size();
    return switch (name) {
      case "ours", VECTORS -> {
        if (name.equals(VECTORS) && student.model() instanceof TreeEnsemble) {
          throw new IllegalArgumentException("trees have no layers");
        }
        float[] out = new float[count * classes];
        if (count == 1) {
          yield first -> {
            student.model().logits(rows, first * features, out, 0);
            return out;
          };
        }
        yield first -> {
          student.model().logits(rows, count, out);
          return out;
        };
      }
      case "ours.file" -> {
        double[] out = new double[classes];
        float[][] each = each(rows, features);
        yield first -> {
          student.score(each[first], out);
          return out;
        };
      }
      case "java" -> {
        BiConsumer<float[], double[]> generated = generated(shape);
        double[] out = new double[classes];
        float[][] each = each(rows, features);
        yield first -> {
          generated.accept(each[first], out);
          return out;
        };
      }
      case "xgboost4j" -> {
        Booster booster = booster(shape);
        float[][] batches = count == 1 ? each(rows, features) : new float[][] {rows};
        yield first ->
            booster.inplace_predict(
                batches[count == 1 ? first : 0],
                count,
                features,
                Float.NaN,
                new int[] {0, 0},
                Booster.PredictionType.kMargin,
                null);
      }
      case "xgboost4j.dmatrix" -> {
        Booster booster = booster(shape);
        float[][] each = each(rows, features);
        yield first -> {
          DMatrix matrix = new DMatrix(each[first], 1, features, Float.NaN);
          try {
            return booster.predict(matrix, true);
          } finally {
            matrix.dispose();
          }
        };
      }
      case "onnxruntime" -> onnx(student, rows, count);
      case "predictor" -> {
        byte[] bytes = RivalForms.legacyXgboost(trees(student));
        Predictor predictor = new Predictor(new ByteArrayInputStream(bytes));
        float[][] each = each(rows, features);
        yield first -> predictor.predict(FVec.Transformer.fromArray(each[first], false), true);
      }
      case "lightgbm4j" -> {
        if (classes > 2) {
          // It writes one a class, past the end of its native memory.
          throw new IllegalArgumentException("its binding has room for one value a row");
        }
        LGBMBooster booster = LGBMBooster.loadModelFromString(RivalForms.lightgbm(trees(student)));
        float[][] batches = count == 1 ? each(rows, features) : new float[][] {rows};
        if (count == 1 && classes == 2) {
          yield first ->
              booster.predictForMatSingleRow(
                  batches[first], PredictionType.C_API_PREDICT_RAW_SCORE);
        }
        yield first ->
            booster.predictForMat(
                batches[count == 1 ? first : 0],
                count,
                features,
                true,
                PredictionType.C_API_PREDICT_RAW_SCORE,
                "num_threads=1");
      }
      case "jpmml" -> jpmml(shape, rows, features);
      case "h2o.mojo" -> {
        ByteArrayInputStream mojo = new ByteArrayInputStream(RivalForms.mojo(student.model()));
        yield h2o(
            MojoModel.load(MojoReaderBackendFactory.createReaderBackend(mojo, MEMORY)),
            classes,
            each(rows, features));
      }
      case "h2o.pojo" -> {
        Path file = RivalModels.pojo(shape);
        String source = Files.readString(file);
        String own = source.substring(source.indexOf("@ModelPojo(name=\"") + 17);
        own = own.substring(0, own.indexOf('"'));
        Path folder = Files.createTempDirectory("rivals");
        Path java = Files.writeString(folder.resolve(own + ".java"), source);
        String libraries = System.getProperty("java.class.path");
        yield h2o(
            (GenModel) compiled(folder, libraries, Rival.class.getClassLoader(), own, java),
            classes,
            each(rows, features));
      }
      case "smile" -> OwnModels.smile(RivalModels.Size.of(shape), each(rows, features));
      case "tribuo" -> OwnModels.tribuo(RivalModels.Size.of(shape), each(rows, features));
      default -> throw new IllegalArgumentException("no scorer " + name);
    };
  }

  private static float[][] each(float[] rows, int features) {
    float[][] each = new float[rows.length / features][];
    for (int i = 0; i < each.length; i++) {
      each[i] = Arrays.copyOfRange(rows, i * features, (i + 1) * features);
    }
    return each;
  }

  private static TreeEnsemble trees(StudentFile student) {
    if (student.model() instanceof TreeEnsemble trees) {
      return trees;
    }
    throw new IllegalArgumentException("reads trees alone");
  }

  private static Booster booster(String shape) throws Exception {
    Path file = RivalModels.booster(shape);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException("no booster of this shape");
    }
    Booster booster = XGBoost.loadModel(file.toString());
    booster.setParam("nthread", 1);
    return booster;
  }

  private static Rival onnx(StudentFile student, float[] rows, int count) throws OrtException {
    int features = student.schema().features();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    OrtSession session = environment.createSession(RivalForms.onnx(student.model()), options);
    long[] shape = {count, features};
    FloatBuffer all =
        java.nio.ByteBuffer.allocateDirect(4 * rows.length)
            .order(java.nio.ByteOrder.nativeOrder())
            .asFloatBuffer()
            .put(rows);
    return first -> {
      FloatBuffer buffer = all.slice(count == 1 ? first * features : 0, count * features);
      try (OnnxTensor tensor = OnnxTensor.createTensor(environment, buffer, shape);
          OrtSession.Result result = session.run(Map.of("x", tensor))) {
        FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] out = new float[logits.remaining()];
        logits.get(out);
        return out;
      }
    };
  }

  /** An object that asks the generated class. */
  @SuppressWarnings("unchecked")
  private static BiConsumer<float[], double[]> generated(String shape) throws Exception {
    Path source = RivalModels.generated(shape);
    String name = source.getFileName().toString().replace(".java", "");
    Path classes = Files.createTempDirectory("rivals");
    Path tables = source.resolveSibling(name + ".tables");
    if (Files.exists(tables)) {
      Files.copy(tables, classes.resolve(name + ".tables"));
    }
    Path call = classes.resolve("Call.java");
    Files.writeString(
        call,
        """
        public final class Call implements java.util.function.BiConsumer<float[], double[]> {
          public void accept(float[] row, double[] out) { %s.score(row, out); }
        }
        """
            .formatted(name));
    return (BiConsumer<float[], double[]>) compiled(classes, "", null, "Call", source, call);
  }

  /** An object of a class that is compiled now, into a folder. */
  private static Object compiled(
      Path folder, String libraries, @Nullable ClassLoader parent, String name, Path... sources)
      throws Exception {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("-nowarn", "-proc:none", "-cp", libraries, "-d", folder.toString()));
    Arrays.stream(sources).map(Path::toString).forEach(options::add);
    int failed =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, options.toArray(String[]::new));
    if (failed != 0) {
      throw new IllegalStateException(name + " does not compile");
    }
    URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, parent);
    return loader.loadClass(name).getDeclaredConstructor().newInstance();
  }

  private static Rival h2o(GenModel model, int classes, float[][] each) {
    double[][] rows = OwnModels.doubles(each);
    double[] out = new double[classes + 1];
    return first -> model.score0(rows[first], out);
  }

  private static PMML pmml(String shape, int features) throws Exception {
    Path file = RivalModels.booster(shape);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException("no booster of this shape");
    }
    Learner learner;
    try (InputStream in = Files.newInputStream(file)) {
      learner = XGBoostUtil.loadLearner(in);
    }
    FeatureMap map = new FeatureMap();
    for (int j = 0; j < features; j++) {
      map.addEntry("x" + j, "q");
    }
    return learner.encodePMML(Map.of(), "y", null, map);
  }

  private static Rival jpmml(String shape, float[] rows, int features) throws Exception {
    Evaluator evaluator = new ModelEvaluatorBuilder(pmml(shape, features)).build();
    evaluator.verify();
    Map<String, Object> row = new HashMap<>();
    return first -> {
      for (int j = 0; j < features; j++) {
        row.put("x" + j, rows[first * features + j]);
      }
      return evaluator.evaluate(row);
    };
  }
}
