package dev.serin.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The cheap client against a real grpc-java server. */
class WireClientTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void closedLoop_boundOfCalls_startsExactlyThatManyAndAllEndWell() throws IOException {
    try (var server = new ConstantServer(1_000);
        var client = WireClient.connect(server.address(), 3, server.calls("a", "b", "c"))) {
      LoadResult result = client.run(new Pace.Closed(10), new Bound(5_000, LONG));

      assertThat(result.started()).isEqualTo(5_000);
      assertThat(result.succeeded()).isEqualTo(5_000);
      assertThat(result.clean()).isTrue();
      assertThat(result.latencyNanos().getTotalCount()).isEqualTo(5_000);
      assertThat(result.callsPerSecond()).isPositive();
    }
  }

  @Test
  void closedLoop_severalMessages_areSentInTurn() throws IOException {
    try (var server = new ConstantServer(1_000);
        var client = WireClient.connect(server.address(), 1, server.calls("a", "b", "c"))) {
      client.run(new Pace.Closed(1), new Bound(6, LONG));

      assertThat(server.users)
          .containsExactly("user-0", "user-1", "user-2", "user-0", "user-1", "user-2");
    }
  }

  @Test
  void closedLoop_secondRunOnTheSameConnections_works() throws IOException {
    try (var server = new ConstantServer(1_000);
        var client = WireClient.connect(server.address(), 2, server.calls("a"))) {
      client.run(new Pace.Closed(4), new Bound(100, LONG));
      LoadResult second = client.run(new Pace.Closed(4), new Bound(100, LONG));

      assertThat(second.succeeded()).isEqualTo(100);
    }
  }

  @Test
  void closedLoop_boundOfTime_ends() throws IOException {
    try (var server = new ConstantServer(1_000);
        var client = WireClient.connect(server.address(), 1, server.calls("a"))) {
      LoadResult result =
          client.run(new Pace.Closed(1), new Bound(Bound.MAX_CALLS, Duration.ofMillis(200)));

      assertThat(result.elapsed()).isBetween(Duration.ofMillis(200), LONG);
      assertThat(result.clean()).isTrue();
    }
  }

  @Test
  void closedLoop_moreStreamsThanTheServerTakes_staysWithinItsLimit() throws IOException {
    try (var server = new ConstantServer(3);
        var client = WireClient.connect(server.address(), 1, server.calls(ConstantServer.SLOW))) {
      LoadResult result = client.run(new Pace.Closed(50), new Bound(12, LONG));

      assertThat(result.succeeded()).isEqualTo(12);
      assertThat(server.mostOpen.get()).isEqualTo(3);
    }
  }

  @Test
  void run_someCallsRefused_countsThemByStatus() throws IOException {
    try (var server = new ConstantServer(1_000);
        var client =
            WireClient.connect(server.address(), 1, server.calls("a", ConstantServer.UNKNOWN))) {
      LoadResult result = client.run(new Pace.Closed(2), new Bound(100, LONG));

      assertThat(result.succeeded()).isEqualTo(50);
      assertThat(result.failures()).isEqualTo(Map.of(CallEnd.NOT_FOUND, 50L));
      assertThat(result.latencyNanos().getTotalCount()).isEqualTo(50);
      assertThat(result.clean()).isFalse();
    }
  }

  @Test
  void run_serverGoesAway_countsOpenCallsAsLost() throws Exception {
    try (var server = new ConstantServer(1_000);
        var client = WireClient.connect(server.address(), 1, server.calls(ConstantServer.SILENT))) {
      CompletableFuture<LoadResult> run =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.run(new Pace.Closed(7), new Bound(100, LONG));
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      while (server.mostOpen.get() < 7) {
        Thread.onSpinWait();
      }
      server.stop();

      LoadResult result = run.get();
      assertThat(result.started()).isEqualTo(7);
      assertThat(result.failed()).isEqualTo(7);
      assertThatThrownBy(() -> client.run(new Pace.Closed(1), new Bound(1, LONG)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("none is left");
    }
  }

  @Test
  void openLoop_rate_startsWhatIsDue() throws IOException {
    try (var server = new ConstantServer(1_000);
        var client = WireClient.connect(server.address(), 2, server.calls("a"))) {
      LoadResult result =
          client.run(new Pace.Open(1_000, Pace.Arrivals.EVEN), new Bound(500, LONG));

      assertThat(result.started()).isEqualTo(500);
      // The last is due after 499 ms: a busy machine may start it later, and none before.
      assertThat(result.elapsed()).isBetween(Duration.ofMillis(499), LONG);
      assertThat(result.clean()).isTrue();
    }
  }

  /** One call at a time takes 20 ms, one is due each millisecond: the wait must show. */
  @Test
  void openLoop_serverTooSlow_countsLatencyFromTheDueTime() throws IOException {
    try (var server = new ConstantServer(1);
        var client = WireClient.connect(server.address(), 1, server.calls(ConstantServer.SLOW))) {
      LoadResult result = client.run(new Pace.Open(1_000, Pace.Arrivals.EVEN), new Bound(10, LONG));

      assertThat(result.succeeded()).isEqualTo(10);
      assertThat(result.latencyNanos().getMaxValue() - result.latencyNanos().getMinNonZeroValue())
          .isGreaterThan(100_000_000L);
    }
  }

  @Test
  void connect_nobodyListens_saysSo() throws IOException {
    InetSocketAddress free;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }
    var calls = new PreparedCalls("localhost", "/a/b", List.of(new byte[1]));

    assertThatThrownBy(() -> WireClient.connect(free, 1, calls))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no server (expected: one that listens)");
  }

  @Test
  void calls_messageTooLargeForAFrame_isRefused() {
    assertThatThrownBy(() -> new PreparedCalls("localhost", "/a/b", List.of(new byte[20_000])))
        .hasMessage("message: 20000 bytes (expected: at most 16379)");
  }
}
