/** Tests of the server over real sockets, with clients that know nothing of it. */
@NullMarked
package dev.distill.serve;

import org.jspecify.annotations.NullMarked;
