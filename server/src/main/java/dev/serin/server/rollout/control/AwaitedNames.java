package dev.serin.server.rollout.control;

import dev.serin.v1.AwaitedReplica;
import java.util.List;
import java.util.stream.Collectors;

/** Replicas that a rollback waits for, for people. */
final class AwaitedNames {
  /** Replicas that are named; the others are counted. */
  private static final int NAMED_MAX = 10;

  private AwaitedNames() {}

  /** {@code pid 7 on a (silent for 12 s), pid 9 on b}. */
  static String of(List<AwaitedReplica> replicas) {
    String names =
        replicas.stream()
            .limit(NAMED_MAX)
            .map(
                replica ->
                    replica.getName()
                        + (replica.getSilent().getSeconds() == 0
                            ? ""
                            : " (silent for " + replica.getSilent().getSeconds() + " s)"))
            .collect(Collectors.joining(", "));
    int more = replicas.size() - NAMED_MAX;
    return more > 0 ? names + " and " + more + " more" : names;
  }
}
