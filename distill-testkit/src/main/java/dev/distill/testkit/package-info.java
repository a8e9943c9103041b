/**
 * The contract that every student family passes, ours and yours.
 *
 * <p>May import core and JUnit 5. Start reading at {@code StudentModelContract}.
 */
@NullMarked
package dev.distill.testkit;

import org.jspecify.annotations.NullMarked;
