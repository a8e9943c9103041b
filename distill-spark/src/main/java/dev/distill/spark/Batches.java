package dev.distill.spark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/** The rows of a partition, answered batch by batch as they are wanted. */
final class Batches implements Iterator<Row> {
  private static final int ROWS = 4_096;

  private final Iterator<Row> rows;
  private final Function<List<Row>, List<Row>> answer;
  private Iterator<Row> answered = Collections.emptyIterator();

  /**
   * Answers to come.
   *
   * @param answer gives any number of rows for a batch, which has at least one
   */
  Batches(Iterator<Row> rows, Function<List<Row>, List<Row>> answer) {
    this.rows = rows;
    this.answer = answer;
  }

  @Override
  public boolean hasNext() {
    while (!answered.hasNext() && rows.hasNext()) {
      List<Row> batch = new ArrayList<>();
      while (batch.size() < ROWS && rows.hasNext()) {
        batch.add(rows.next());
      }
      answered = answer.apply(batch).iterator();
    }
    return answered.hasNext();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return answered.next();
  }
}
