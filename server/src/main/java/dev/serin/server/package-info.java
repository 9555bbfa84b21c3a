/** The service: its entry point, its configuration, and the one place where it is wired. */
@NullMarked
package dev.serin.server;

import org.jspecify.annotations.NullMarked;
