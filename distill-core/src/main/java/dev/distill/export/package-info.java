/**
 * Students in other forms: exports that need no library ({@link dev.distill.export.JavaExporter},
 * {@link dev.distill.export.JsonExporter}), and the test that any export answers as its student
 * does ({@link dev.distill.export.Parity}).
 *
 * <p>May import {@code dev.distill.spi} and {@code dev.distill.runtime}. Start reading at {@link
 * dev.distill.export.Parity}.
 */
@NullMarked
package dev.distill.export;

import org.jspecify.annotations.NullMarked;
