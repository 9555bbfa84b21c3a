/** Tells others of transitions: what waits in the outbox is posted until it is delivered. */
@NullMarked
package dev.serin.server.rollout.notice;

import org.jspecify.annotations.NullMarked;
