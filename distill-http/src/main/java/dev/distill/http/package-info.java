/**
 * Models behind an address as teachers: the Open Inference Protocol v2, as Triton, MLServer and
 * KServe speak it.
 *
 * <p>May import {@code dev.distill.spi} and Jackson. Start reading at {@link
 * dev.distill.http.HttpTeachers}.
 */
@NullMarked
package dev.distill.http;

import org.jspecify.annotations.NullMarked;
