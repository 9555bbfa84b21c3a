/** The hash functions one could bucket by, timed side by side. */
@NullMarked
package dev.serin.loadtest.hash;

import org.jspecify.annotations.NullMarked;
