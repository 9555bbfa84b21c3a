package dev.serin.server.rollout.machine;

import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.TrafficShare;

/** What is to be done because a run moved. Notifications follow every entry of the log. */
public sealed interface Effect {
  /** Serve the treatment to this share, the control to the rest; counts belong to this stage. */
  record ServeStage(int stage, TrafficShare share) implements Effect {}

  /** Serve what the split's document says: the run ends, and nothing of it was ever served. */
  record ServeDocument() implements Effect {}

  /** Serve the control to everybody. */
  record ServeControl() implements Effect {}

  /** Serve the treatment to everybody. */
  record ServeTreatment() implements Effect {}

  /**
   * Begin to ask a gate, or ask it anew.
   *
   * @param stage number of the stage that it stands before
   * @param gate its index among that stage's gates, from 0
   */
  record OpenGate(int stage, int gate, GatePlan plan) implements Effect {}

  /**
   * What is counted in this stage from here on is evidence of a period of its own: its stage
   * process begins anew, with its own part of alpha.
   *
   * @param extension 0: the planned period; else the number of the repeat or extension in the run,
   *     from 1
   */
  record BeginPeriod(int stage, int extension) implements Effect {}

  /** Say when every holder serves the control, with {@link Event.HoldersAcknowledged}. */
  record AwaitHolders() implements Effect {}
}
