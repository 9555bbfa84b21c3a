/** What operators see from outside: meters and logs. */
@NullMarked
package dev.serin.server.telemetry;

import org.jspecify.annotations.NullMarked;
