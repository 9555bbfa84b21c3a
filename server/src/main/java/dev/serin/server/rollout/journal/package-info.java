/**
 * Runs of rollouts in the store: where each stands, its log, the lease under which one controller
 * acts for all, answers to requests, and notifications that wait. Knows bytes of states, events and
 * evidence, not what they mean. docs/controller.md says who acts when.
 */
@NullMarked
package dev.serin.server.rollout.journal;

import org.jspecify.annotations.NullMarked;
