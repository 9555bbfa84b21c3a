/**
 * Pure evaluation: a feature is compiled once and evaluated many times.
 *
 * <p>Nothing here does I/O, starts a thread, reads a clock or draws a random number: the time and
 * the randomness of a call are its arguments. The same code runs in the server and inside a client.
 */
@NullMarked
package dev.serin.engine;

import org.jspecify.annotations.NullMarked;
