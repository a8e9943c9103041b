/**
 * Student families on Tribuo.
 *
 * <p>May import {@code dev.distill.spi}, {@code dev.distill.loss}, {@code dev.distill.runtime} and
 * Tribuo.
 */
@NullMarked
package dev.distill.models.tribuo;

import org.jspecify.annotations.NullMarked;
