/**
 * The sweep: finds families, splits once, runs trials, picks, refits, and measures against the
 * hard-label twin.
 *
 * <p>May import every other package of core but {@code report} and {@code guice}. Start reading at
 * {@link dev.distill.auto.AutoDistiller}.
 */
@NullMarked
package dev.distill.auto;

import org.jspecify.annotations.NullMarked;
