package dev.serin.loadtest.wire;

import io.netty.channel.EventLoop;
import java.util.List;

/** A run that starts calls when they are due. */
final class OpenRun extends LoadRun {

  /** Where all connections are full, the loop must read answers before it tries again. */
  private static final long MIN_WAIT_NANOS = 10_000;

  private final ArrivalSchedule schedule;
  private int nextConnection;

  OpenRun(
      EventLoop loop, List<WireConnection> connections, int messages, Bound bound, Pace.Open pace) {
    super(loop, connections, messages, bound);
    schedule = new ArrivalSchedule(pace);
  }

  @Override
  void start() {
    tick();
  }

  /** Overdue calls go out with the next tick: at most one tick's wait later than possible. */
  @Override
  public void onCapacity(WireConnection connection) {}

  private void tick() {
    while (mayStart() && startNanos() + schedule.dueNanos() - System.nanoTime() <= 0) {
      if (!startNext(startNanos() + schedule.dueNanos())) {
        break;
      }
      schedule.advance();
    }
    connections().forEach(WireConnection::flush);
    if (mayStart()) {
      long waitNanos = startNanos() + schedule.dueNanos() - System.nanoTime();
      later(this::tick, Math.max(MIN_WAIT_NANOS, waitNanos));
    }
  }

  /** Connections take calls in turn; one that is full is passed over. */
  private boolean startNext(long dueNanos) {
    for (int tried = 0; tried < connections().size(); tried++) {
      WireConnection connection = connections().get(nextConnection);
      nextConnection = (nextConnection + 1) % connections().size();
      if (startOn(connection, dueNanos)) {
        return true;
      }
    }
    return false;
  }
}
