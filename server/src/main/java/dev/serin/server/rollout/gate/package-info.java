/** Gates that others open: webhooks before stages, asked in the background until they answer. */
@NullMarked
package dev.serin.server.rollout.gate;

import org.jspecify.annotations.NullMarked;
