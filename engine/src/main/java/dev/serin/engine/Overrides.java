package dev.serin.engine;

import dev.serin.v1.Override;
import dev.serin.v1.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The users of a feature who get a fixed variant whatever its rules say. */
final class Overrides {
  private final KeyTable users;
  private final @Nullable Decision[] decisionByPlace;

  Overrides(List<Override> overrides, DecisionList decisions) {
    List<String> keys = new ArrayList<>();
    overrides.forEach(override -> keys.addAll(override.getUserKeysList()));
    users = KeyTable.of(keys);
    decisionByPlace = new Decision[users.places()];
    for (Override override : overrides) {
      Decision decision = decisions.fixed(override.getVariant(), Reason.REASON_OVERRIDE, "");
      for (String key : override.getUserKeysList()) {
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        int place = users.find(utf8, 0, utf8.length, Bucketing.hash(utf8, 0, utf8.length));
        decisionByPlace[place] = decision;
      }
    }
  }

  /** Returns what this call's user gets; null: no override names the user. */
  @Nullable Decision find(Frame frame) {
    int slot = Schema.USER_KEY_SLOT;
    if (frame.kind(slot) != Frame.TEXT) {
      return null;
    }
    if (!users.mayContain(frame.hash(slot))) {
      return null;
    }
    int place = frame.find(slot, users);
    return place == KeyTable.ABSENT ? null : decisionByPlace[place];
  }
}
