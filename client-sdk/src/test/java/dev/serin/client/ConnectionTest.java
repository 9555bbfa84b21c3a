package dev.serin.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionTest {
  private static final EvaluationError AWAY =
      new EvaluationError(ErrorCode.PROVIDER_NOT_READY, "away");

  private final CountingChannel channel = new CountingChannel();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final Connection connection =
      new Connection("target", channel, Duration.ZERO, nanos::get);

  @Test
  void connection_new_connectsAtOnce() {
    assertThat(channel.connects).isEqualTo(1);
  }

  @Test
  void missed_manyCalls_askForANewAttemptAtMostOnceASecond() {
    connection.missed(AWAY);
    assertThat(channel.resets).isZero();

    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
    connection.missed(AWAY);
    assertThat(channel.resets).isZero();

    nanos.addAndGet(1);
    connection.missed(AWAY);
    connection.missed(AWAY);
    assertThat(channel.resets).isEqualTo(1);

    nanos.addAndGet(TimeUnit.SECONDS.toNanos(90));
    connection.missed(AWAY);
    connection.missed(AWAY);
    assertThat(channel.resets).isEqualTo(2);
  }

  /** Counts what a connection asks of its channel. */
  private static final class CountingChannel extends ManagedChannel {
    private int connects;
    private int resets;

    @Override
    public ConnectivityState getState(boolean requestConnection) {
      connects += requestConnection ? 1 : 0;
      return ConnectivityState.TRANSIENT_FAILURE;
    }

    @Override
    public void resetConnectBackoff() {
      resets++;
    }

    @Override
    public ManagedChannel shutdown() {
      return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
      return this;
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
      throw new AssertionError("no call is made");
    }

    @Override
    public String authority() {
      return "target";
    }
  }
}
