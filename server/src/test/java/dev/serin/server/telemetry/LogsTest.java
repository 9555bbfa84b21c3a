package dev.serin.server.telemetry;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.serin.server.RunningServer;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** What a running server writes of calls that break the transport's rules: nothing. */
class LogsTest {
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();
  @TempDir Path directory;

  @BeforeEach
  void listen() {
    Logs.configure(LogFormat.TEXT, LogLevel.WARN);
    events.start();
    root.addAppender(events);
  }

  @AfterEach
  void stop() {
    root.detachAppender(events);
    SLF4JBridgeHandler.uninstall();
  }

  @Test
  void calls_thatTheTransportEnds_leaveTheLogEmpty() throws Exception {
    try (RunningServer server = RunningServer.start(directory)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.server().grpcPort())
              .usePlaintext()
              .build();
      for (String method : List.of("DecisionService/Evaluate", "FeatureService/ApplyDocuments")) {
        assertThat(end(channel, method, new byte[0], new byte[0]))
            .as("two messages of " + method)
            .isEqualTo(Status.Code.CANCELLED);
        assertThat(end(channel, method, new byte[33 << 20]))
            .as("a message of 33 MiB of " + method)
            .isIn(Status.Code.CANCELLED, Status.Code.RESOURCE_EXHAUSTED);
      }
      channel.shutdownNow();
    }

    assertThat(events.list).isEmpty();
  }

  /** How a call ends that sends these messages, as no generated client would. */
  private static Status.Code end(ManagedChannel channel, String method, byte[]... messages)
      throws Exception {
    var bytes =
        MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
            .setType(MethodType.BIDI_STREAMING)
            .setFullMethodName("serin.v1." + method)
            .build();
    var end = new CompletableFuture<Status>();
    ClientCall<byte[], byte[]> call = channel.newCall(bytes, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.request(2);
    for (byte[] message : messages) {
      call.sendMessage(message);
    }
    return end.get(60, SECONDS).getCode();
  }

  /** Messages as they are. */
  private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      return new byte[0];
    }
  }
}
