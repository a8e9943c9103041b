/**
 * Student families on Tribuo.
 *
 * <p>May import {@code dev.distill.spi}, {@code dev.distill.loss}, {@code dev.distill.runtime} and
 * Tribuo. Start reading at {@link dev.distill.models.tribuo.TribuoTree}; {@code Descent} is what
 * linear models and factorisation machines share.
 */
@NullMarked
package dev.distill.models.tribuo;

import org.jspecify.annotations.NullMarked;
