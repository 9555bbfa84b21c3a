/** How many outcomes a server takes, what each costs, and when it is acknowledged. */
@NullMarked
package dev.serin.loadtest.ingest;

import org.jspecify.annotations.NullMarked;
