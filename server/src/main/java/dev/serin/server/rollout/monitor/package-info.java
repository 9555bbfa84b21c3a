/** Meters of rollouts: what alerts and dashboards ask. */
@NullMarked
package dev.serin.server.rollout.monitor;

import org.jspecify.annotations.NullMarked;
