package example;

import org.apache.flink.table.functions.ScalarFunction;

/** A student as Flink wants functions: a class whose {@code eval} names the types. */
public final class PYes extends ScalarFunction {
  private final StudentFunction score;

  public PYes(StudentFunction score) {
    this.score = score;
  }

  public double eval(Double age, String city) {
    return score.apply(age, city);
  }
}
