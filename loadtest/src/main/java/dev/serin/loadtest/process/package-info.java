/** The operating system's side: processes, their CPU time, the cores they run on. */
@NullMarked
package dev.serin.loadtest.process;

import org.jspecify.annotations.NullMarked;
