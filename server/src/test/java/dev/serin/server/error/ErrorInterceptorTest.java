package dev.serin.server.error;

import static io.grpc.stub.ClientCalls.blockingUnaryCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.ListNamespacesRequest;
import dev.serin.v1.ListNamespacesResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorInterceptorTest {
  private final ListedErrorsInterceptor listed = new ListedErrorsInterceptor();
  private final Deque<Runnable> cleanups = new ArrayDeque<>();

  /** A service whose one method fails as it is told to. */
  private static final class Failing extends FeatureServiceGrpc.FeatureServiceImplBase {
    private final RuntimeException failure;
    private final boolean thrown;

    Failing(RuntimeException failure, boolean thrown) {
      this.failure = failure;
      this.thrown = thrown;
    }

    @Override
    public void listNamespaces(
        ListNamespacesRequest request, StreamObserver<ListNamespacesResponse> responses) {
      if (thrown) {
        throw failure;
      }
      responses.onError(failure);
    }
  }

  @AfterEach
  void stop() {
    cleanups.forEach(Runnable::run);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void apiException_thrownOrGiven_becomesItsStatus(boolean thrown) throws IOException {
    Channel channel =
        serve(ErrorInterceptor.guard(new Failing(ApiErrors.namespaceNotFound("shop"), thrown)));

    StatusRuntimeException error = callFailing(channel);

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(error.getStatus().getDescription())
        .isEqualTo("namespace \"shop\": not found (expected: one that was created)");
    assertThat(listed.unlisted()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void otherException_thrownOrGiven_becomesInternalWithoutItsText(boolean thrown)
      throws IOException {
    Channel channel =
        serve(
            ErrorInterceptor.guard(
                new Failing(new IllegalStateException("password=hunter2"), thrown)));

    StatusRuntimeException error = callFailing(channel);

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(error.getStatus().getDescription())
        .matches("internal error, incident [0-9a-f]{8} in the server's log");
    assertThat(listed.unlisted()).isEmpty();
  }

  @Test
  void methodNobodyImplements_called_isNotBuilt() throws IOException {
    Channel channel =
        serve(ErrorInterceptor.guard(new FeatureServiceGrpc.FeatureServiceImplBase() {}));

    StatusRuntimeException error = callFailing(channel);

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(error.getStatus().getDescription())
        .isEqualTo(
            "serin.v1.FeatureService/ListNamespaces: not built yet in this version of Serin");
    assertThat(listed.unlisted()).isEmpty();
  }

  @Test
  void bytesThatAreNoMessage_sent_areAnInvalidRequest() throws IOException {
    Channel channel = serve(ErrorInterceptor.guard(new Failing(new IllegalStateException(), true)));
    MethodDescriptor<byte[], ListNamespacesResponse> raw =
        FeatureServiceGrpc.getListNamespacesMethod().toBuilder(
                new Bytes(), FeatureServiceGrpc.getListNamespacesMethod().getResponseMarshaller())
            .build();

    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                blockingUnaryCall(
                    ClientInterceptors.intercept(channel, listed),
                    raw,
                    CallOptions.DEFAULT,
                    new byte[] {(byte) 0xFF, (byte) 0xFF, 1}));

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error.getStatus().getDescription()).startsWith("bytes that are no message (");
    assertThat(listed.unlisted()).isEmpty();
  }

  @Test
  void listedErrorsInterceptor_errorWithoutDetails_failsTheTest() throws IOException {
    Failing service = new Failing(Status.DATA_LOSS.asRuntimeException(), false);
    // Without the interceptor of the server, so that the error leaves as it is.
    Channel channel = serve(service.bindService());

    StatusRuntimeException error = callFailing(channel);

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(listed.unlisted())
        .singleElement()
        .asString()
        .contains("ListNamespaces: unlisted error", "DATA_LOSS");
  }

  @Test
  void interceptorAlone_aroundService_listsErrorsToo() throws IOException {
    Failing service = new Failing(ApiErrors.notReady(), true);
    Channel channel = serve(ServerInterceptors.intercept(service, new ErrorInterceptor()));

    assertThat(callFailing(channel).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(listed.unlisted()).isEmpty();
  }

  private Channel serve(ServerServiceDefinition service) throws IOException {
    String name = InProcessServerBuilder.generateName();
    Server server = InProcessServerBuilder.forName(name).addService(service).build().start();
    cleanups.push(server::shutdownNow);
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    cleanups.push(channel::shutdownNow);
    return channel;
  }

  private StatusRuntimeException callFailing(Channel channel) {
    FeatureServiceGrpc.FeatureServiceBlockingStub stub =
        FeatureServiceGrpc.newBlockingStub(channel).withInterceptors(listed);
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> stub.listNamespaces(ListNamespacesRequest.getDefaultInstance()));
  }

  /** Sends bytes as they are. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException();
    }
  }
}
