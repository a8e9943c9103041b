/** Tests of exports; the parity of each over every kind of student is tested in distill-cli. */
@NullMarked
package dev.distill.export;

import org.jspecify.annotations.NullMarked;
