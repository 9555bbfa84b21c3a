package dev.serin.loadtest.serving;

import dev.serin.loadtest.wire.Bound;
import dev.serin.loadtest.wire.Pace;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the load goes, how much of it, and how long. */
final class LoadOptions {

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8980",
      description = "The server's gRPC port. Default: ${DEFAULT-VALUE}.")
  private String target = "";

  @Option(names = "--allow-remote", description = "Let the target be another machine.")
  private boolean allowRemote;

  @Option(
      names = "--connections",
      defaultValue = "4",
      description = "Connections. Default: ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--streams",
      defaultValue = "25",
      description =
          "Closed loop: calls kept open on each connection. Default: ${DEFAULT-VALUE}. Not with"
              + " --rate.")
  private int streams;

  @Option(
      names = "--rate",
      paramLabel = "CALLS",
      description =
          "Open loop: calls per second over all connections. Latency counts from the time a call"
              + " was due.")
  private @Nullable Double rate;

  @Option(
      names = "--arrivals",
      defaultValue = "EVEN",
      description = "Open loop: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Pace.Arrivals arrivals = Pace.Arrivals.EVEN;

  @Option(
      names = "--calls",
      defaultValue = "" + Bound.MAX_CALLS,
      description = "Calls at most. Default: ${DEFAULT-VALUE}.")
  private long calls;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Seconds at most. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--warm-up-calls",
      defaultValue = "50000",
      description = "Calls made before, uncounted; 0: none. Default: ${DEFAULT-VALUE}.")
  private long warmUpCalls;

  Target target() {
    return Target.parse(target, allowRemote);
  }

  int connections() {
    return connections;
  }

  Pace pace() {
    return rate == null ? new Pace.Closed(streams) : new Pace.Open(rate, arrivals);
  }

  /** The warm-up is a closed loop whatever comes after it. */
  Pace.Closed warmUpPace() {
    return new Pace.Closed(streams);
  }

  long warmUpCalls() {
    return warmUpCalls;
  }

  Bound bound() {
    return new Bound(calls, Duration.ofNanos((long) (seconds * 1e9)));
  }
}
