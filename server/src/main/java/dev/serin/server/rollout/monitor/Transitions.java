package dev.serin.server.rollout.monitor;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.journal.Move;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.telemetry.Metrics;
import dev.serin.server.telemetry.Sample;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Counts the transitions that this process has written, by the state they led to: the one trace in
 * meters of states that are over before anybody looks. Safe for all threads.
 */
public final class Transitions implements Consumer<Move> {
  private final Map<Phase, LongAdder> byState = new EnumMap<>(Phase.class);

  /** None yet; a state shows as 0 before its first, so that a rate sees the first. */
  public Transitions() {
    for (Phase phase : Phase.values()) {
      byState.put(phase, new LongAdder());
    }
  }

  @Override
  public void accept(Move move) {
    requireNonNull(byState.get(Phase.valueOf(move.after().phase()))).increment();
  }

  /** Shows them. */
  public void register(Metrics metrics) {
    metrics.counters(
        "serin_rollout_transitions",
        "Transitions of runs that this process has written, by the state after them.",
        List.of("state"),
        () ->
            byState.entrySet().stream()
                .map(
                    entry ->
                        new Sample(
                            List.of(entry.getKey().name().toLowerCase(Locale.ROOT)),
                            entry.getValue().sum()))
                .toList());
  }
}
