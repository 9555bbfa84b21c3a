package dev.serin.loadtest.wire;

import io.netty.channel.EventLoop;
import java.util.List;

/** A run that keeps a number of calls open on each connection. */
final class ClosedRun extends LoadRun {

  private final int streams;

  ClosedRun(
      EventLoop loop,
      List<WireConnection> connections,
      int messages,
      Bound bound,
      Pace.Closed pace) {
    super(loop, connections, messages, bound);
    streams = pace.streams();
  }

  @Override
  void start() {
    for (WireConnection connection : connections()) {
      onCapacity(connection);
      connection.flush();
    }
  }

  @Override
  public void onCapacity(WireConnection connection) {
    while (connection.openCalls() < streams
        && mayStart()
        && startOn(connection, System.nanoTime())) {
      // until the connection is full
    }
  }
}
