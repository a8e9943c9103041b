/** Tests of the runtime: every one runs with nothing but the JDK. */
@NullMarked
package dev.distill.runtime;

import org.jspecify.annotations.NullMarked;
