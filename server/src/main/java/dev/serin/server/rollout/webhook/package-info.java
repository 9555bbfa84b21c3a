/**
 * HTTP to others: posts that are signed, bounded in time, size and threads, and never wait for
 * their receivers on the caller's thread.
 */
@NullMarked
package dev.serin.server.rollout.webhook;

import org.jspecify.annotations.NullMarked;
