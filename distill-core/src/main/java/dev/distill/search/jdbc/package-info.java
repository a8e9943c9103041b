/**
 * Studies in a database, in the tables of Optuna, so that its tools read them and ours read its
 * own.
 *
 * <p>Knows {@code java.sql}, not a driver: that is found on the class path. Start reading at {@link
 * dev.distill.search.jdbc.JdbcStore}.
 */
@NullMarked
package dev.distill.search.jdbc;

import org.jspecify.annotations.NullMarked;
