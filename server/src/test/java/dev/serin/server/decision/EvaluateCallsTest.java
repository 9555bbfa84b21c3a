package dev.serin.server.decision;

import static io.grpc.stub.ClientCalls.blockingUnaryCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.serin.server.error.ListedErrorsInterceptor;
import dev.serin.server.outcome.Exposures;
import dev.serin.server.telemetry.CallMeter;
import dev.serin.server.telemetry.CallMeters;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Reason;
import dev.serin.v1.ValueType;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvaluateCallsTest {
  private final HeldSnapshots snapshots = new HeldSnapshots();
  private final CallMeter meter = new CallMeters().meter("Evaluate");
  private final ListedErrorsInterceptor listed = new ListedErrorsInterceptor();
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    snapshots.put("default", 3, SampleDocuments.all());
    var method = EvaluateCalls.method(snapshots, new Exposures(InstantSource.system()), meter);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(
                ServerServiceDefinition.builder(DecisionServiceGrpc.SERVICE_NAME)
                    .addMethod(method)
                    .build())
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress(server.getListenSockets().getFirst())
            .usePlaintext()
            .intercept(listed)
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(listed.unlisted()).isEmpty();
  }

  @Test
  void evaluate_user_isAnsweredAndCounted() {
    EvaluateResponse answer = evaluate(request("checkout").setUserKey("qa"));

    assertThat(answer.getVariant()).isEqualTo("new");
    assertThat(answer.getValue().getStringValue()).isEqualTo("v2");
    assertThat(answer.getReason()).isEqualTo(Reason.REASON_OVERRIDE);
    assertThat(answer.getDecisionToken()).isNotEmpty();
    assertThat(answer.getDecisionId()).isEmpty();
    assertThat(answer.getFeatureRevision()).isEqualTo(3);
    assertThat(new EvaluationCounts(snapshots).get())
        .singleElement()
        .satisfies(
            sample ->
                assertThat(sample.labels())
                    .containsExactly("default", "checkout", "new", "OVERRIDE"));
    assertThat(meter.count(Status.Code.OK)).isEqualTo(1);
  }

  @Test
  void evaluate_probabilitySplit_carriesADecisionIdOfItsOwnForEveryCall() {
    var first = evaluate(request("lottery"));
    var second = evaluate(request("lottery"));

    assertThat(first.getDecisionId()).matches("[0-9a-f]{16}");
    assertThat(second.getDecisionId()).matches("[0-9a-f]{16}").isNotEqualTo(first.getDecisionId());
  }

  @Test
  void evaluate_compressedRequest_isAnswered() {
    var stub = DecisionServiceGrpc.newBlockingStub(channel).withCompression("gzip");

    assertThat(stub.evaluate(request("checkout").setUserKey("qa").build()).getVariant())
        .isEqualTo("new");
  }

  @Test
  void feature_unknown_isNotFoundWithTheNearestKey() throws Exception {
    var error = refused(request("chekout"), Status.Code.NOT_FOUND);

    ErrorInfo info = detail(error, ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo("FEATURE_NOT_FOUND");
    assertThat(info.getMetadataMap())
        .containsEntry("feature", "chekout")
        .containsEntry("namespace", "default")
        .containsEntry("nearest", "checkout");
    assertThat(error.getStatus().getDescription())
        .isEqualTo(
            "feature \"chekout\": not found in namespace \"default\" (expected: \"checkout\"?)");
    assertThat(meter.count(Status.Code.NOT_FOUND)).isEqualTo(1);
  }

  @Test
  void namespace_unknown_isNotFoundOrNotReady() throws Exception {
    var error = refused(request("checkout").setNamespace("defualt"), Status.Code.NOT_FOUND);
    assertThat(detail(error, ErrorInfo.class).getMetadataMap()).containsEntry("nearest", "default");

    snapshots.ready(false);
    error = refused(request("checkout").setNamespace("defualt"), Status.Code.UNAVAILABLE);
    assertThat(detail(error, ErrorInfo.class).getReason()).isEqualTo("NOT_READY");
  }

  @Test
  void type_otherThanExpected_isAMismatch() throws Exception {
    var error =
        refused(
            request("checkout").setExpectedType(ValueType.VALUE_TYPE_BOOL),
            Status.Code.INVALID_ARGUMENT);

    ErrorInfo info = detail(error, ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo("TYPE_MISMATCH");
    assertThat(info.getMetadataMap()).containsEntry("type", "string");
  }

  @Test
  void request_withManyFaults_namesEachField() throws Exception {
    var attributes = Struct.newBuilder().putFields("user_key", Value.getDefaultInstance());
    for (int i = 0; i < RequestLimits.ATTRIBUTES_MAX; i++) {
      attributes.putFields("a" + i, Value.getDefaultInstance());
    }
    var error =
        refused(
            EvaluateRequest.newBuilder()
                .setUserKey("ü".repeat(513))
                .setAttributes(attributes)
                .setExpectedTypeValue(77),
            Status.Code.INVALID_ARGUMENT);

    assertThat(detail(error, BadRequest.class).getFieldViolationsList())
        .extracting(violation -> violation.getField() + ": " + violation.getDescription())
        .containsExactly(
            "feature: missing (expected: the key of a feature)",
            "user_key: 1026 bytes (expected: at most 1024 bytes)",
            "attributes: 257 attributes (expected: at most 256)",
            "attributes.user_key: an attribute (expected: the field user_key of the request)",
            "expected_type: 77 (expected: a value of ValueType)");
  }

  @Test
  void request_above64KiB_isTooLarge() throws Exception {
    var attributes =
        Struct.newBuilder()
            .putFields("x", Value.newBuilder().setStringValue("x".repeat(66_000)).build());
    var error =
        refused(request("checkout").setAttributes(attributes), Status.Code.RESOURCE_EXHAUSTED);

    assertThat(detail(error, ErrorInfo.class).getReason()).isEqualTo("REQUEST_TOO_LARGE");
  }

  @Test
  void bytes_thatAreNoMessage_areRefused() throws Exception {
    var error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> blockingUnaryCall(channel, rawMethod(), CallOptions.DEFAULT, new byte[] {10, 9}));

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(detail(error, ErrorInfo.class).getReason()).isEqualTo("INVALID_REQUEST");
  }

  @Test
  void messages_twoOrNone_areNotAnswered() throws Exception {
    byte[] message = request("checkout").setUserKey("qa").build().toByteArray();

    assertThat(statusOf(List.of(message, message)).getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(statusOf(List.of()).getDescription()).contains("no message (expected: one)");
    assertThat(meter.count(Status.Code.OK)).isZero();
    assertThat(statusOf(List.of(message)).isOk()).isTrue();
  }

  @Test
  void counts_featureChanges_goOn() {
    evaluate(request("checkout").setUserKey("qa"));
    var documents = new ArrayList<>(SampleDocuments.all());
    var changed = documents.get(1).toBuilder();
    changed.getFeatureBuilder().setDescription("changed");
    documents.set(1, changed.build());
    snapshots.put("default", 4, documents);
    evaluate(request("checkout").setUserKey("qa"));

    assertThat(new EvaluationCounts(snapshots).get())
        .singleElement()
        .satisfies(sample -> assertThat(sample.value()).isEqualTo(2));
  }

  private static EvaluateRequest.Builder request(String feature) {
    return EvaluateRequest.newBuilder().setFeature(feature);
  }

  private EvaluateResponse evaluate(EvaluateRequest.Builder request) {
    return DecisionServiceGrpc.newBlockingStub(channel).evaluate(request.build());
  }

  private StatusRuntimeException refused(EvaluateRequest.Builder request, Status.Code code) {
    var error = catchThrowableOfType(StatusRuntimeException.class, () -> evaluate(request));
    assertThat(error).isNotNull();
    assertThat(error.getStatus().getCode()).as(error.toString()).isEqualTo(code);
    return error;
  }

  private static <T extends com.google.protobuf.Message> T detail(
      StatusRuntimeException error, Class<T> type) throws InvalidProtocolBufferException {
    var status = Objects.requireNonNull(StatusProto.fromThrowable(error));
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no " + type + " in " + error);
  }

  private Status statusOf(List<byte[]> messages) throws Exception {
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            rawMethod().toBuilder().setType(MethodDescriptor.MethodType.CLIENT_STREAMING).build(),
            CallOptions.DEFAULT);
    var closed = new CompletableFuture<Status>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    messages.forEach(call::sendMessage);
    call.halfClose();
    return closed.get(60, TimeUnit.SECONDS);
  }

  private static MethodDescriptor<byte[], byte[]> rawMethod() {
    var raw =
        new MethodDescriptor.Marshaller<byte[]>() {
          @Override
          public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
          }

          @Override
          public byte[] parse(InputStream stream) {
            try {
              return stream.readAllBytes();
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          }
        };
    return DecisionServiceGrpc.getEvaluateMethod().toBuilder(raw, raw).build();
  }
}
