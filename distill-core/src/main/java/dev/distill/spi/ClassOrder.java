package dev.distill.spi;

import java.util.Arrays;
import java.util.List;

/**
 * How a model's classes stand in the data's order: for teachers around a library's model, which has
 * an order of its own. What the model answers is checked on the way.
 */
public final class ClassOrder {
  /** What float32 arithmetic explains. */
  private static final double TOLERANCE = 1e-3;

  private final String model;
  private final List<String> classes;
  private final int[] places;

  /**
   * Finds each class by its name, as {@link Names#indexOf} does.
   *
   * @param model what messages call the model
   * @param own the model's classes, in its order
   * @param classes the data's classes, in the order in which answers are wanted
   * @throws IllegalArgumentException if the two are not the same classes; names one that is not
   *     there
   */
  public ClassOrder(String model, List<String> own, List<String> classes) {
    this.model = model;
    this.classes = List.copyOf(classes);
    places = new int[own.size()];
    boolean[] found = new boolean[classes.size()];
    for (int i = 0; i < places.length; i++) {
      int place = Names.indexOf(classes, own.get(i));
      if (place < 0 || found[place]) {
        throw new IllegalArgumentException(
            "%s: its class '%s' is %s of the data, expected each of %s once"
                .formatted(
                    model,
                    own.get(i),
                    place < 0 ? "no class" : "a second one for '" + classes.get(place) + "'",
                    Names.quoted(classes)));
      }
      found[place] = true;
      places[i] = place;
    }
    for (int k = 0; k < found.length; k++) {
      if (!found[k]) {
        throw new IllegalArgumentException(
            "%s: it does not know the data's class '%s', its classes are %s"
                .formatted(model, classes.get(k), Names.quoted(own)));
      }
    }
  }

  /** Number of classes. */
  public int size() {
    return places.length;
  }

  /**
   * Puts what the model answered for a row where it belongs.
   *
   * @param answer a probability for each of the model's classes, in its order; only read
   * @param all rows × classes, row-major, in the data's order; the row is written
   * @param row its index, from 0; messages count from 1
   * @throws IllegalArgumentException if these are no probabilities: not from 0 to 1, or their sum
   *     is not 1
   */
  public void put(double[] answer, double[] all, int row) {
    int k = places.length;
    if (answer.length != k) {
      throw new IllegalArgumentException(
          "%s: answered row %s with %s numbers, expected one for each of %s classes"
              .formatted(model, row + 1, answer.length, k));
    }
    for (int i = 0; i < k; i++) {
      if (!(answer[i] >= 0 && answer[i] <= 1 + TOLERANCE)) {
        throw new IllegalArgumentException(
            "%s: answered class '%s' of row %s with %s, allowed 0 to 1"
                .formatted(model, classes.get(places[i]), row + 1, answer[i]));
      }
      all[row * k + places[i]] = answer[i];
    }
    double sum = Arrays.stream(answer).sum();
    if (Math.abs(sum - 1) > TOLERANCE) {
      throw new IllegalArgumentException(
          "%s: answered row %s with numbers that sum to %s, expected probabilities: 1 ± %s"
              .formatted(model, row + 1, (float) sum, TOLERANCE));
    }
  }
}
