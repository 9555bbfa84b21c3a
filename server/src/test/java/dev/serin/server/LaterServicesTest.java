package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.FleetServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every call of a later version is there, and says that it is not built. */
class LaterServicesTest {
  @TempDir static Path directory;
  private static RunningServer server;

  @BeforeAll
  static void start() {
    server = RunningServer.start(directory);
  }

  @AfterAll
  static void stop() {
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
  }

  static Stream<MethodDescriptor<?, ?>> laterMethods() {
    return Stream.concat(
        Stream.of(FleetServiceGrpc.getServiceDescriptor())
            .map(ServiceDescriptor::getMethods)
            .flatMap(methods -> methods.stream()),
        Stream.of(
            DecisionServiceGrpc.getRouteMethod(), DecisionServiceGrpc.getWatchSnapshotMethod()));
  }

  @ParameterizedTest
  @MethodSource("laterMethods")
  void call_ofALaterVersion_saysThatItIsNotBuilt(MethodDescriptor<?, ?> method) throws Exception {
    CompletableFuture<Metadata> trailers = new CompletableFuture<>();
    CompletableFuture<Status> end = new CompletableFuture<>();
    call(
        method,
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata received) {
            trailers.complete(received);
            end.complete(status);
          }
        });

    Status status = end.get(60, TimeUnit.SECONDS);

    assertThat(status.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(
            StatusProto.fromStatusAndTrailers(status, trailers.join())
                .getDetails(0)
                .unpack(ErrorInfo.class)
                .getReason())
        .isEqualTo("NOT_BUILT");
  }

  private static <Q, R> void call(
      MethodDescriptor<Q, R> method, ClientCall.Listener<Message> listener) {
    var described =
        (ProtoMethodDescriptorSupplier) Objects.requireNonNull(method.getSchemaDescriptor());
    Message empty =
        DynamicMessage.getDefaultInstance(described.getMethodDescriptor().getInputType());
    MethodDescriptor<Message, Message> dynamic =
        MethodDescriptor.<Message, Message>newBuilder()
            .setType(method.getType())
            .setFullMethodName(method.getFullMethodName())
            .setRequestMarshaller(ProtoUtils.marshaller(empty))
            .setResponseMarshaller(ProtoUtils.marshaller(empty))
            .build();
    ClientCall<Message, Message> call = server.channel().newCall(dynamic, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(1);
    call.sendMessage(empty);
    call.halfClose();
  }
}
