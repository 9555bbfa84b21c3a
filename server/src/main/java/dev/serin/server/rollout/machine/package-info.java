/**
 * The state machine of a rollout's run. Pure: {@code (state, event, now) -> (state', effects)}.
 *
 * <p>{@link dev.serin.server.rollout.machine.RolloutMachine} says what an event does to a state, or
 * why it does nothing. Whoever acts (the controller, the simulator) appends the entry it is given
 * to the run's log and carries out the effects, in one transaction; the state is what {@linkplain
 * dev.serin.server.rollout.machine.RolloutMachine#replay replaying} the log gives. The whole table
 * stands in docs/rollouts.md.
 */
@NullMarked
package dev.serin.server.rollout.machine;

import org.jspecify.annotations.NullMarked;
