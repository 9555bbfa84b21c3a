package dev.serin.server;

import dev.serin.engine.DecisionToken;
import dev.serin.v1.Arm;
import java.util.function.Consumer;

/** A decision token that was taken apart: its check is no signature, so anybody can write one. */
final class ForgedToken {
  String namespace;
  String feature;
  String split;
  String run;
  int stage;
  Arm arm;
  String variant;
  long period;
  long featureRevision;

  private ForgedToken(DecisionToken token) {
    namespace = token.namespace();
    feature = token.feature();
    split = token.split();
    run = token.run();
    stage = token.stage();
    arm = token.arm();
    variant = token.variant();
    period = token.period();
    featureRevision = token.featureRevision();
  }

  /** A token like another one, changed. */
  static String like(String token, Consumer<ForgedToken> change) {
    ForgedToken forged = new ForgedToken(DecisionToken.decode(token));
    change.accept(forged);
    return new DecisionToken(
            forged.namespace,
            forged.feature,
            forged.split,
            forged.run,
            forged.stage,
            forged.arm,
            forged.variant,
            forged.period,
            forged.featureRevision)
        .encode();
  }
}
