package dev.serin.server.rollout.control;

import dev.serin.server.rollout.gate.GateAnswer;
import dev.serin.server.rollout.gate.OpenGate;
import dev.serin.server.rollout.gate.WebhookGates;
import java.util.List;
import java.util.Set;

/** Asks webhooks that runs wait for, in the background. No method waits. */
public interface GateWebhooks {
  /** A run waits at this gate now: called at each tick while it does. */
  void ask(OpenGate gate);

  /** The answers that came since the last call. */
  List<GateAnswer> answers();

  /** How often asking a gate failed, and with what the last time; empty: it did not. */
  String failed(OpenGate.Id id);

  /** Forgets all other questions. */
  void keepOnly(Set<OpenGate.Id> ids);

  /** Those over HTTP. */
  static GateWebhooks of(WebhookGates gates) {
    return new GateWebhooks() {
      @Override
      public void ask(OpenGate gate) {
        gates.ask(gate);
      }

      @Override
      public List<GateAnswer> answers() {
        return gates.answers();
      }

      @Override
      public String failed(OpenGate.Id id) {
        return gates.failed(id);
      }

      @Override
      public void keepOnly(Set<OpenGate.Id> ids) {
        gates.keepOnly(ids);
      }
    };
  }
}
