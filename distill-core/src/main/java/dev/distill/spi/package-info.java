/**
 * What a student family implements ({@link dev.distill.spi.StudentModel}) and what it touches.
 *
 * <p>May import {@code dev.distill.runtime} and {@code dev.distill.loss}, nothing else of Distill.
 * Start reading at {@link dev.distill.spi.StudentModel}.
 */
@NullMarked
package dev.distill.spi;

import org.jspecify.annotations.NullMarked;
