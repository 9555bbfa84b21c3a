/** The Java client of Serin. */
@NullMarked
package dev.serin.client;

import org.jspecify.annotations.NullMarked;
