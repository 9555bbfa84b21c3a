package dev.serin.server.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Which rollout, of which server. */
final class RolloutOptions {
  @Mixin private final CallOptions call = new CallOptions();

  @Parameters(paramLabel = "ROLLOUT", description = "Key of the rollout.")
  private String rollout = "";

  String namespace() {
    return call.namespace();
  }

  Session open() {
    return call.open();
  }

  /** Its key. */
  String rollout() {
    return rollout;
  }
}
