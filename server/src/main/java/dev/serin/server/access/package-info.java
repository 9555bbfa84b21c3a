/** Who may listen in: TLS. */
@NullMarked
package dev.serin.server.access;

import org.jspecify.annotations.NullMarked;
