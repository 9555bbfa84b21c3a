/** Measurements of a running server: load, its price, its start, the way of a change. */
@NullMarked
package dev.serin.loadtest.serving;

import org.jspecify.annotations.NullMarked;
