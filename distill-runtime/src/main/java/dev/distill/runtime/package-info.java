/**
 * Loads a student file and scores rows, with nothing but the JDK.
 *
 * <p>Imports no other package of Distill and no library. Start reading at {@link
 * dev.distill.runtime.StudentFile}; {@link dev.distill.runtime.PortableModel} is what it scores
 * with and {@link dev.distill.runtime.Schema} is how raw values become features.
 */
@NullMarked
package dev.distill.runtime;

import org.jspecify.annotations.NullMarked;
