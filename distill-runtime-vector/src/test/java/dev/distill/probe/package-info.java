/** A program that tests run in processes of their own. */
@NullMarked
package dev.distill.probe;

import org.jspecify.annotations.NullMarked;
