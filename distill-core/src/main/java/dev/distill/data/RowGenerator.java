package dev.distill.data;

import dev.distill.spi.Table;

/**
 * Makes rows like those of a table, for a teacher to label: an endless sequence, the same at every
 * call, of which each comes from a row of the table and may have something of a second one.
 */
public interface RowGenerator {

  /** The row of the table that the one of this index comes from. */
  int source(long row);

  /** The other row of the table that it has something of; the source again if there is none. */
  int partner(long row);

  /** So many made rows from this index on, in the columns of the table. */
  Table rows(long from, int count);
}
