/** Tests of the kernel: by itself, and as the runtime finds it. */
@NullMarked
package dev.distill.runtime.vector;

import org.jspecify.annotations.NullMarked;
