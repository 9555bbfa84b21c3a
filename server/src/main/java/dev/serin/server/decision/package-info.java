/** Decides: the call path of Evaluate, and the calls beside it. */
@NullMarked
package dev.serin.server.decision;

import org.jspecify.annotations.NullMarked;
