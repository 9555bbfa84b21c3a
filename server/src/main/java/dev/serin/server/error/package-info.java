/** The errors callers may meet: their reasons, the one factory that makes them, their way out. */
@NullMarked
package dev.serin.server.error;

import org.jspecify.annotations.NullMarked;
