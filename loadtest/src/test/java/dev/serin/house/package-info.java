/**
 * The rules of the house as tests: layout, tidiness, and which package may use which.
 *
 * <p>They live in {@code loadtest} because it is the one module that sees all the others.
 */
@NullMarked
package dev.serin.house;

import org.jspecify.annotations.NullMarked;
