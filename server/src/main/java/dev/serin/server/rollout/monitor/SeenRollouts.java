package dev.serin.server.rollout.monitor;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.control.Controller;
import dev.serin.server.rollout.control.ControllerStatus;
import dev.serin.server.rollout.control.RolledBack;
import dev.serin.server.rollout.gate.WebhookGates;
import dev.serin.server.rollout.notice.Notifier;
import dev.serin.server.rollout.notice.NotifierStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a process knows of rollouts, at one moment.
 *
 * @param leads whether it acts for all runs
 * @param failing runs that it cannot read or decide
 * @param ticks since its start
 * @param failedTicks that the store did not let it take
 * @param lastTickAge time since the end of the last tick; empty: there was none yet
 * @param lastTickTime how long that took
 * @param runs those that it acts for; empty where it does not lead
 * @param rolledBack rollouts that were rolled back since it leads; each once
 * @param openGates webhooks that it asks
 * @param notices what became of notifications
 */
public record SeenRollouts(
    boolean leads,
    int failing,
    long ticks,
    long failedTicks,
    Optional<Duration> lastTickAge,
    Duration lastTickTime,
    List<SeenRun> runs,
    List<RolledBack> rolledBack,
    int openGates,
    NotifierStatus notices) {
  /** What these know now; waits for nobody. */
  public static SeenRollouts of(Controller controller, WebhookGates gates, Notifier notifier) {
    ControllerStatus status = controller.status();
    return new SeenRollouts(
        status.leads(),
        status.failing(),
        status.ticks(),
        status.failedTicks(),
        status.lastTickAge(),
        status.lastTickTime(),
        controller.runs().stream()
            .map(run -> SeenRun.of(run, controller.lastLook(run.stored().origin().run())))
            .toList(),
        controller.rolledBack(),
        gates.openGates(),
        notifier.status());
  }

  /** Checks that all is there, and copies. */
  public SeenRollouts {
    requireNonNull(lastTickAge, "lastTickAge");
    requireNonNull(lastTickTime, "lastTickTime");
    requireNonNull(notices, "notices");
    runs = List.copyOf(runs);
    rolledBack = List.copyOf(rolledBack);
  }
}
