/**
 * Wiring by Guice: the only package of core that imports it; every constructor works without.
 *
 * <p>Start reading at {@link dev.distill.guice.DistillModule}.
 */
@NullMarked
package dev.distill.guice;

import org.jspecify.annotations.NullMarked;
