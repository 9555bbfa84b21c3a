/** How micro-benchmarks are run: forks, iterations, CPU time and bytes per operation. */
@NullMarked
package dev.serin.loadtest.bench;

import org.jspecify.annotations.NullMarked;
