/**
 * Student families on Smile.
 *
 * <p>May import {@code dev.distill.spi}, {@code dev.distill.loss}, {@code dev.distill.runtime} and
 * Smile.
 */
@NullMarked
package dev.distill.models.smile;

import org.jspecify.annotations.NullMarked;
