/** Rows from databases. */
@NullMarked
package dev.distill.data.jdbc;

import org.jspecify.annotations.NullMarked;
