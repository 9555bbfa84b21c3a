package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Period;
import dev.serin.server.rollout.plan.StagePlan;
import java.time.Duration;

/**
 * What a judge sees of a run at one moment: counts, never the world behind them.
 *
 * @param second since the run's start
 * @param stage number of the stage, from 1
 * @param plan of the stage
 * @param dwell time that counts as dwell in the stage
 * @param period of the stage that is being counted
 * @param elapsed served time since that period began
 * @param treatment counts of the stage
 * @param control counts of the concurrent control in the stage
 */
public record Look(
    long second,
    int stage,
    StagePlan plan,
    Duration dwell,
    Period period,
    Duration elapsed,
    Tally treatment,
    Tally control) {}
