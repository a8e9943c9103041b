package dev.distill.data;

import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import java.util.Arrays;
import java.util.function.Function;

/** Generated rows and what the teacher said of them; the rows themselves are not kept. */
final class GeneratedRows implements MoreRows {
  private final RowGenerator generator;
  private final FeatureEncoder encoder;
  private final Function<Table, double[]> teacher;
  private float[] answers = new float[0];
  private int answered;
  private int classes;

  GeneratedRows(RowGenerator generator, FeatureEncoder encoder, Function<Table, double[]> teacher) {
    this.generator = generator;
    this.encoder = encoder;
    this.teacher = teacher;
  }

  @Override
  public long most() {
    return Long.MAX_VALUE;
  }

  @Override
  public int source(long row) {
    return generator.source(row);
  }

  @Override
  public int partner(long row) {
    return generator.partner(row);
  }

  @Override
  public synchronized Batch rows(long from, int count) {
    int end = Math.toIntExact(from + count);
    Table made = generator.rows(from, count);
    if (end > answered) {
      ask(answered == from ? made : generator.rows(answered, end - answered));
    }
    double[] probabilities = new double[count * classes];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = answers[(int) from * classes + i];
    }
    Matrix features = encoder.encode(made);
    return new Batch(features, probabilities);
  }

  private void ask(Table made) {
    double[] more = teacher.apply(made);
    classes = more.length / made.rows();
    int size = answered * classes;
    if (answers.length < size + more.length) {
      long grown = Math.max(size + (long) more.length, answers.length * 3L / 2);
      answers = Arrays.copyOf(answers, (int) Math.min(Integer.MAX_VALUE - 8, grown));
    }
    for (int i = 0; i < more.length; i++) {
      answers[size + i] = (float) more[i];
    }
    answered += made.rows();
  }
}
