package dev.serin.server.rollout.control;

import java.time.Duration;
import java.util.Optional;

/**
 * What a controller is about, for people and meters.
 *
 * @param leads whether this process acts for all runs
 * @param lease number of its lease; 0: it never had one
 * @param held runs that it acts for
 * @param failing those of them that could not be read or decided at the last tick: nothing happens
 *     to them but by command
 * @param ticks how often it has looked, with and without lease
 * @param failedTicks how often of these the store did not let it
 * @param moves entries that it has written
 * @param lastTickAge time since the end of the last tick; empty: there was none yet
 * @param lastTickTime how long that took
 */
public record ControllerStatus(
    boolean leads,
    long lease,
    int held,
    int failing,
    long ticks,
    long failedTicks,
    long moves,
    Optional<Duration> lastTickAge,
    Duration lastTickTime) {}
