/**
 * ONNX models as teachers, run by ONNX Runtime.
 *
 * <p>May import {@code dev.distill.spi} and ONNX Runtime. Start reading at {@link
 * dev.distill.onnx.OnnxTeachers}.
 */
@NullMarked
package dev.distill.onnx;

import org.jspecify.annotations.NullMarked;
