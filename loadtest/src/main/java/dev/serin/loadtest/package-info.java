/** Load generators, micro-benchmarks and simulations. Nothing here is part of the service. */
@NullMarked
package dev.serin.loadtest;

import org.jspecify.annotations.NullMarked;
