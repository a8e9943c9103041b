package dev.distill.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A student that is ready to serve: what turns a row into features, the model, the names of the
 * classes, and what proves that it scores here as it did where it was made.
 *
 * <pre>{@code
 * StudentFile student = StudentFile.load(Path.of("student.distill"));
 * Prediction prediction = student.score(Map.of("age", 41, "city", "Oslo"));
 * }</pre>
 *
 * <p>The probabilities of a row are the softmax of its logits divided by the {@link
 * #temperature()}: finite, and summing to 1 within rounding, for any logits. Logits beyond the
 * range of float32 count as its largest, NaN as its smallest. The arithmetic is the same on every
 * machine, to the bit.
 *
 * <p>Immutable and thread-safe. The methods that take arrays allocate nothing.
 *
 * <p>The file: a header (magic, format version, length), sections (schema, model, output,
 * verification rows, provenance, perhaps a profile of the training rows), and a checksum of all
 * that. The same student gives the same bytes. Loading refuses a file that is cut off, longer than
 * it says, changed in any byte, or made by a newer version, and one that scores its verification
 * rows otherwise than it says. It allocates a small multiple of the file's size, whatever the file
 * says. {@code docs/student-file.md} has every field.
 */
public final class StudentFile {
  static final int MOST_VERIFICATION_ROWS = 64;

  /** So many probabilities of leaves are kept, 8 MB. */
  private static final int MOST_ANSWERS = 1 << 20;

  private final Schema schema;
  private final PortableModel model;
  private final String label;
  private final List<String> classes;
  private final double temperature;
  private final Map<String, String> provenance;
  private final @Nullable Profile profile;
  private final int @Nullable [] covers; // training rows of each leaf of its trees
  private volatile @Nullable Explainer explainer;
  // A single tree that is not too large, and from the first row on what it answers at each leaf.
  private final @Nullable TreeEnsemble tree;
  private volatile double @Nullable [] answers;
  final float[] verification;
  final double[] expected;

  /**
   * Makes a student.
   *
   * @param classes the name of each class, in the order of the model's logits
   * @param label the name of the label column
   * @param temperature what logits are divided by before the softmax, > 0
   * @param verification rows that every loading of the file scores, to compare with what they score
   *     now: features, row-major, at most 64 rows
   * @param provenance how the student was made: any texts by name; the order is kept
   * @throws IllegalArgumentException if the model reads other features than the schema gives, has
   *     another number of classes than there are names, a name stands twice, the temperature is not
   *     a finite number > 0, the verification rows are not whole or too many, more than four models
   *     stand one inside the other, or a text is not Unicode (it has half of a surrogate pair)
   */
  public StudentFile(
      Schema schema,
      PortableModel model,
      List<String> classes,
      String label,
      double temperature,
      float[] verification,
      Map<String, String> provenance) {
    this(schema, model, classes, label, temperature, verification, provenance, null, null);
  }

  StudentFile(
      Schema schema,
      PortableModel model,
      List<String> classes,
      String label,
      double temperature,
      float[] verification,
      Map<String, String> provenance,
      @Nullable Profile profile,
      int @Nullable [] covers) {
    this.schema = schema;
    this.model = model;
    Texts names = Texts.of(classes);
    this.classes = List.copyOf(names);
    if (names.repeated() >= 0) {
      throw new IllegalArgumentException(
          "class '" + names.get(names.repeated()) + "' stands twice");
    }
    this.label = label;
    this.temperature = temperature;
    this.verification = verification.clone();
    this.provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
    this.profile = profile;
    this.covers = covers;
    check();
    tree =
        model instanceof TreeEnsemble one && one.isSingle() && one.leafValues() <= MOST_ANSWERS
            ? one
            : null;
    expected = new double[Math.multiplyExact(verificationRows(), model.classes())];
    score(this.verification, verificationRows(), expected);
  }

  /** The softmax, which takes longer than the way to a leaf, of every leaf of a single tree. */
  private double[] answers(TreeEnsemble single) {
    double[] logits = single.leafLogits();
    for (int at = 0; at < logits.length; at += single.classes()) {
      softmax(logits, at);
    }
    answers = logits;
    return logits;
  }

  private void check() {
    if (model.features() != schema.features()) {
      throw new IllegalArgumentException(
          "the model reads %d features, but the schema gives %d"
              .formatted(model.features(), schema.features()));
    }
    if (model.classes() != classes.size()) {
      throw new IllegalArgumentException(
          "the model has %d classes, but there are %d names"
              .formatted(model.classes(), classes.size()));
    }
    if (classes.size() > TreeFormat.MOST_CLASSES) {
      throw new IllegalArgumentException(
          "at most %d classes, got %d".formatted(TreeFormat.MOST_CLASSES, classes.size()));
    }
    if (ModelFormat.depth(model) > ModelFormat.DEEPEST) {
      throw new IllegalArgumentException(
          "at most %d models one inside the other, got %d"
              .formatted(ModelFormat.DEEPEST, ModelFormat.depth(model)));
    }
    if (profile != null) {
      profile.check(schema, classes.size());
    }
    if (covers != null) {
      checkCovers(covers);
    }
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature must be finite and > 0, got " + temperature);
    }
    if (verification.length % model.features() != 0) {
      throw new IllegalArgumentException(
          "verification rows have %d values, which is no multiple of %d features"
              .formatted(verification.length, model.features()));
    }
    if (verificationRows() > MOST_VERIFICATION_ROWS) {
      throw new IllegalArgumentException(
          "at most %d verification rows, got %d"
              .formatted(MOST_VERIFICATION_ROWS, verificationRows()));
    }
    Texts.check(label);
    for (Map.Entry<String, String> entry : provenance.entrySet()) {
      Texts.check(entry.getKey());
      Texts.check(entry.getValue());
    }
    for (Schema.Column column : schema.columns()) {
      Texts.check(column.name());
    }
  }

  /**
   * The trees whose leaves have training rows.
   *
   * @throws IllegalArgumentException if the innermost model has none
   */
  static TreeEnsemble trees(PortableModel model) {
    if (new Core(model).model() instanceof TreeEnsemble trees) {
      return trees;
    }
    throw new IllegalArgumentException("training rows of leaves, but the model has no trees");
  }

  private void checkCovers(int[] covers) {
    TreeEnsemble trees = trees(model);
    long first = 0;
    int leaf = 0;
    for (int t = 0; t < trees.trees(); t++) {
      long rows = 0;
      for (int end = leaf + (trees.nodes(t) + 1) / 2; leaf < end; leaf++) {
        rows += covers[leaf];
      }
      first = t == 0 ? rows : first;
      if (rows != first || rows == 0) {
        throw new IllegalArgumentException(
            "tree %d has %d training rows in its leaves, tree 0 has %d".formatted(t, rows, first));
      }
    }
  }

  // ---- what it is ----

  /** How a row's values become features. */
  public Schema schema() {
    return schema;
  }

  /** What turns features into logits. */
  public PortableModel model() {
    return model;
  }

  /** The name of the label column. */
  public String label() {
    return label;
  }

  /** The names of the classes, in the order of all arrays of probabilities. */
  public List<String> classes() {
    return classes;
  }

  /** What logits are divided by before the softmax; finite, > 0. */
  public double temperature() {
    return temperature;
  }

  /** How it was made, in the order it was given. */
  public Map<String, String> provenance() {
    return provenance;
  }

  /** What the training rows looked like, to compare rows in service with; older files have none. */
  public Optional<Profile> profile() {
    return Optional.ofNullable(profile);
  }

  /**
   * The same student with another profile.
   *
   * @throws IllegalArgumentException if it is not one of these columns and classes
   */
  public StudentFile with(Profile other) {
    return new StudentFile(
        schema, model, classes, label, temperature, verification, provenance, other, covers);
  }

  /**
   * The same student with the number of training rows in each leaf, which {@link #explain} of trees
   * needs; without trees, this student itself.
   *
   * @param rows the training rows as features, count × features, row-major
   * @throws IllegalArgumentException if there is no row, or the array is too short
   */
  public StudentFile withCovers(float[] rows, int count) {
    Core core = new Core(model);
    if (!(core.model() instanceof TreeEnsemble trees)) {
      return this;
    }
    if (count < 1 || (long) count * model.features() > rows.length) {
      throw new IllegalArgumentException(
          "%d rows of %d features, got %d values".formatted(count, model.features(), rows.length));
    }
    int[] reached = new int[trees.nodes()];
    for (int i = 0; i < count; i++) {
      trees.countLeaves(core.row(rows, i * model.features()), reached);
    }
    return new StudentFile(
        schema,
        model,
        classes,
        label,
        temperature,
        verification,
        provenance,
        profile,
        trees.leaves(reached));
  }

  /** Training rows of each leaf, tree by tree in the order of nodes; not a copy. */
  int @Nullable [] covers() {
    return covers;
  }

  /** Number of rows that each loading scores and compares. */
  public int verificationRows() {
    return verification.length / model.features();
  }

  /** The features of those rows, row-major; a copy. */
  public float[] verification() {
    return verification.clone();
  }

  // ---- scoring ----

  /**
   * Scores a row.
   *
   * @param features as many as the {@link #schema()} has
   * @param probabilities takes one value a class; owned by the caller
   * @throws IllegalArgumentException if either array has another length
   */
  public void score(float[] features, double[] probabilities) {
    if (features.length != model.features() || probabilities.length != model.classes()) {
      throw new IllegalArgumentException(
          "expected %d features and room for %d probabilities, got %d and %d"
              .formatted(model.features(), model.classes(), features.length, probabilities.length));
    }
    score(features, 0, probabilities, 0);
  }

  /**
   * Scores one of the rows in an array.
   *
   * @param features holds the row's features from {@code offset} on
   * @param probabilities takes one value a class from {@code outOffset} on; owned by the caller
   * @throws IndexOutOfBoundsException if either array is too short
   */
  public void score(float[] features, int offset, double[] probabilities, int outOffset) {
    TreeEnsemble single = tree;
    if (single == null) {
      model.logits(features, offset, probabilities, outOffset);
      softmax(probabilities, outOffset);
      return;
    }
    Objects.checkFromIndexSize(offset, model.features(), features.length);
    Objects.checkFromIndexSize(outOffset, model.classes(), probabilities.length);
    double[] known = answers;
    System.arraycopy(
        known == null ? answers(single) : known,
        single.leaf(features, offset),
        probabilities,
        outOffset,
        model.classes());
  }

  /**
   * Scores the first {@code count} rows of an array; bit for bit what scoring each of them gives.
   *
   * @param rows count × features, row-major
   * @param probabilities takes count × classes, row-major; owned by the caller
   * @throws IndexOutOfBoundsException if either array is too short
   */
  public void score(float[] rows, int count, double[] probabilities) {
    model.logits(rows, count, probabilities);
    for (int i = 0; i < count; i++) {
      softmax(probabilities, i * model.classes());
    }
  }

  /**
   * Scores a row given by column names, as {@link Schema#encode(Map, float[])} reads it: columns
   * that are not in it are missing, names that the schema does not know are ignored. A {@link Row}
   * does the same without an allocation, and refuses such names.
   *
   * @throws IllegalArgumentException if a numeric column holds something that is not a number
   */
  public Prediction score(Map<String, ? extends @Nullable Object> row) {
    float[] features = new float[model.features()];
    schema.encode(row, features);
    double[] probabilities = new double[model.classes()];
    score(features, 0, probabilities, 0);
    Map<String, Double> byClass = new LinkedHashMap<>();
    for (int k = 0; k < probabilities.length; k++) {
      byClass.put(classes.get(k), probabilities[k]);
    }
    return new Prediction(classes.get(model.predict(features, 0)), byClass);
  }

  /** A row to fill by column names, all missing at first; one a thread, to be used again. */
  public Row row() {
    return new Row(schema);
  }

  /**
   * Scores a row.
   *
   * @param row one of {@link #row()}, of this student or one with the same columns
   * @param probabilities takes one value a class; owned by the caller
   * @throws IllegalArgumentException if the array has another length or the row other columns
   */
  public void score(Row row, double[] probabilities) {
    score(features(row), probabilities);
  }

  /** The index of the class of a row, as {@link #predict(float[])} gives it. */
  public int predict(Row row) {
    return predict(features(row));
  }

  private float[] features(Row row) {
    if (!row.schema().equals(schema)) {
      throw new IllegalArgumentException("the row has other columns than the student reads");
    }
    return row.features();
  }

  /**
   * The index of the class with the largest logit; of equal ones the first. No class has a larger
   * probability.
   *
   * @param features as many as the {@link #schema()} has
   * @throws IllegalArgumentException if the array has another length
   */
  public int predict(float[] features) {
    if (features.length != model.features()) {
      throw new IllegalArgumentException(
          "expected %d features, got %d".formatted(model.features(), features.length));
    }
    return model.predict(features, 0);
  }

  /**
   * Explains a row: what each feature and each column adds to the logits. Possible for linear and
   * additive models and for tree ensembles, also behind standardized features; trees need a file
   * that has the training rows of their leaves, which older ones do not. Takes some hundred times
   * as long as scoring, and allocates.
   *
   * @param features as many as the {@link #schema()} has
   * @throws IllegalArgumentException if the array has another length
   * @throws UnsupportedOperationException if the model is of another kind or the file has no such
   *     section; the message says which
   */
  public Explanation explain(float[] features) {
    if (features.length != model.features()) {
      throw new IllegalArgumentException(
          "expected %d features, got %d".formatted(model.features(), features.length));
    }
    return explain(features, 0);
  }

  /**
   * Explains one of the rows in an array.
   *
   * @throws IndexOutOfBoundsException if the array is too short
   */
  public Explanation explain(float[] features, int offset) {
    Objects.checkFromIndexSize(offset, model.features(), features.length);
    Explainer known = explainer;
    if (known == null) {
      known = new Explainer(this, covers);
      explainer = known;
    }
    return known.explain(features, offset);
  }

  /** Explains a row. */
  public Explanation explain(Row row) {
    return explain(features(row));
  }

  private void softmax(double[] z, int from) {
    int to = from + model.classes();
    if (to - from == 2) {
      softmaxOfTwo(z, from);
      return;
    }
    double max = -Float.MAX_VALUE;
    for (int i = from; i < to; i++) {
      z[i] = finite(z[i]);
      max = Math.max(max, z[i]);
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      // Math.exp may differ in the last bit between machines.
      z[i] = StrictMath.exp((z[i] - max) / temperature);
      sum += z[i];
    }
    for (int i = from; i < to; i++) {
      z[i] /= sum;
    }
  }

  /** The same to the bit, with one exponential and no guess which class is the larger. */
  private void softmaxOfTwo(double[] z, int at) {
    double difference = finite(z[at + 1]) - finite(z[at]);
    double weight = StrictMath.exp(-Math.abs(difference) / temperature);
    double sum = 1 + weight;
    double larger = 1 / sum;
    double smaller = weight / sum;
    z[at] = difference > 0 ? smaller : larger;
    z[at + 1] = difference > 0 ? larger : smaller;
  }

  /** Written so that NaN fails the first comparison. */
  private static double finite(double logit) {
    return logit > -Float.MAX_VALUE ? Math.min(logit, Float.MAX_VALUE) : -Float.MAX_VALUE;
  }

  // ---- files ----

  /** The bytes of the file. */
  public byte[] toBytes() {
    return StudentFormat.encode(this);
  }

  /**
   * Writes the file: all of it or, on any failure, nothing, and a file that stood there stays as it
   * is.
   */
  public void write(Path path) throws IOException {
    SlowPaths.write(toBytes(), path);
  }

  /**
   * Reads a file and checks it.
   *
   * @throws StudentFileException if it is no student file, or not one that can be used here
   * @throws IOException if it cannot be read
   */
  public static StudentFile load(Path path) throws IOException {
    String source = path.toString();
    try (InputStream in = StudentFormat.open(path)) {
      return StudentFormat.decode(StudentFormat.read(in, in.available(), source), source);
    } catch (IOException e) {
      throw e instanceof StudentFileException ? e : SlowPaths.unreadable(path, e);
    }
  }

  /**
   * Reads a stream to its end, which must be that of the student, and checks it. Does not close it.
   *
   * @throws StudentFileException if it is no student file, or not one that can be used here
   * @throws IOException if it cannot be read
   */
  public static StudentFile load(InputStream in) throws IOException {
    return StudentFormat.decode(StudentFormat.read(in, 0, STREAM), STREAM);
  }

  /**
   * Checks the bytes of a file.
   *
   * @throws StudentFileException if they are no student file, or not one that can be used here
   */
  public static StudentFile load(byte[] bytes) throws StudentFileException {
    return StudentFormat.decode(bytes, STREAM);
  }

  private static final String STREAM = "student";
}
