package dev.distill.cli.data;

import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes the cells of a file row by row, and gives them on as tables of so many rows. */
final class Parts {
  private final String name;
  private final List<String> names;
  private final boolean[] numbers;
  private final int room;
  private final int most;
  private final Consumer<Table> sink;
  private final @Nullable BitSet taken;
  private final Table.NumbersBuilder[] numberCells;
  private final Table.TextsBuilder[] textCells;
  private long rows;
  private int held;

  /**
   * The parts of a file.
   *
   * @param numbers by column, whether it holds numbers
   * @param room rows to make room for at once
   * @param most rows of a part, at least 1
   * @param taken which rows of the file to take; null for all
   * @param sink takes the parts
   */
  Parts(
      String name,
      List<String> names,
      boolean[] numbers,
      int room,
      int most,
      @Nullable BitSet taken,
      Consumer<Table> sink) {
    this.name = name;
    this.names = names;
    this.numbers = numbers;
    this.room = room;
    this.most = most;
    this.taken = taken;
    this.sink = sink;
    numberCells = new Table.NumbersBuilder[numbers.length];
    textCells = new Table.TextsBuilder[numbers.length];
    clear();
  }

  private void clear() {
    for (int c = 0; c < numbers.length; c++) {
      if (numbers[c]) {
        numberCells[c] = new Table.NumbersBuilder(room);
      } else {
        textCells[c] = new Table.TextsBuilder(room);
      }
    }
    held = 0;
  }

  /** Whether the row that begins is taken; only then it has cells. */
  boolean takes() {
    return taken == null || taken.get((int) rows);
  }

  /** Takes a cell of the row, NaN = missing. */
  void number(int column, double value) {
    numberCells[column].add(value);
  }

  /** Takes a cell of the row, null = missing. */
  void text(int column, @Nullable String text) {
    textCells[column].add(text);
  }

  /** Ends the row, and the part where it is full. */
  void endRow() {
    held += takes() ? 1 : 0;
    rows++;
    if (held == most) {
      give();
      clear();
    }
  }

  /** How many rows were ended, taken or not. */
  long rows() {
    return rows;
  }

  /** Gives on what is held, after all rows. */
  void end() {
    if (held > 0) {
      give();
    }
  }

  private void give() {
    String called = name;
    if (taken != null) {
      called += String.format(Locale.ROOT, " (%,d of %,d rows)", held, rows);
    } else if (rows > held) {
      called += " after row %s:".formatted(rows - held);
    }
    List<Table.Column> columns = new ArrayList<>(numbers.length);
    for (int c = 0; c < numbers.length; c++) {
      columns.add(
          numbers[c] ? numberCells[c].build(names.get(c)) : textCells[c].build(names.get(c)));
    }
    sink.accept(new Table(called, columns));
  }
}
