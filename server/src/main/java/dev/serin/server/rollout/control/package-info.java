/**
 * Rollouts on the live system: commands of people, the controller that acts by itself, and what
 * both read and write of runs. docs/controller.md says who acts when.
 */
@NullMarked
package dev.serin.server.rollout.control;

import org.jspecify.annotations.NullMarked;
