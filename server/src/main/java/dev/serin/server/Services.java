package dev.serin.server;

import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.http.HttpPort;
import dev.serin.server.telemetry.CallMeters;
import dev.serin.v1.FleetServiceGrpc;
import dev.serin.v1.FleetServiceGrpc.FleetServiceImplBase;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The services of a server in the two forms they are served in: on the gRPC port, where bytes are
 * parsed off the event loops, and on the HTTP port, which makes messages of JSON.
 */
final class Services {
  private static final ServerInterceptor LIMITED = new LimitedRequests(Workers::requestBytesMax);

  private final OffLoopCalls offLoop;
  private final OpenCalls open;
  private final CallMeters meters;
  private final List<BindableService> services;
  private final List<ServerMethodDefinition<?, ?>> onLoop;

  /**
   * Services.
   *
   * @param open is told of every call that may last
   * @param built those that answer; the others answer NOT_BUILT
   * @param onLoop the methods that the gRPC port serves on its event loops, as bytes, in place of
   *     the generated ones
   */
  Services(
      OffLoopCalls offLoop,
      OpenCalls open,
      CallMeters meters,
      List<BindableService> built,
      List<ServerMethodDefinition<?, ?>> onLoop) {
    this.offLoop = offLoop;
    this.open = open;
    this.meters = meters;
    this.services = new ArrayList<>(built);
    this.onLoop = List.copyOf(onLoop);
    services.addAll(notBuilt());
  }

  /** For the gRPC port, reflection included. */
  List<ServerServiceDefinition> overGrpc() {
    var own =
        services.stream()
            .map(ErrorInterceptor::guard)
            .map(service -> ServerInterceptors.intercept(service, offLoop, LIMITED, open, meters))
            .map(this::withOnLoop)
            .map(Services::withErrorDetails);
    return Stream.concat(
            own, reflection().stream().map(service -> ServerInterceptors.intercept(service, open)))
        .toList();
  }

  /** Both versions: older tools ask for v1alpha. */
  @SuppressWarnings("deprecation")
  private static List<BindableService> reflection() {
    return List.of(
        ProtoReflectionServiceV1.newInstance(),
        io.grpc.protobuf.services.ProtoReflectionService.newInstance());
  }

  /** The service with the methods that are served their own way; others stay as they are. */
  private ServerServiceDefinition withOnLoop(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      methods.add(served(method));
    }
    return rebuilt(service, service.getServiceDescriptor().getSchemaDescriptor(), methods);
  }

  private ServerMethodDefinition<?, ?> served(ServerMethodDefinition<?, ?> generated) {
    String name = generated.getMethodDescriptor().getFullMethodName();
    for (ServerMethodDefinition<?, ?> own : onLoop) {
      if (own.getMethodDescriptor().getFullMethodName().equals(name)) {
        return own;
      }
    }
    return generated;
  }

  /** FleetService carries the details of errors into reflection; its file is nobody's import. */
  private static ServerServiceDefinition withErrorDetails(ServerServiceDefinition service) {
    ServiceDescriptor descriptor = service.getServiceDescriptor();
    return descriptor.getName().equals(FleetServiceGrpc.SERVICE_NAME)
        ? rebuilt(service, ReflectedErrors.besides(descriptor), List.copyOf(service.getMethods()))
        : service;
  }

  private static ServerServiceDefinition rebuilt(
      ServerServiceDefinition service,
      @Nullable Object schema,
      List<ServerMethodDefinition<?, ?>> methods) {
    var descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(schema);
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    var definition = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  /** For the HTTP port. */
  List<ServerServiceDefinition> overHttp() {
    ServerInterceptor metered = meters.whereCancelledMeans(HttpPort::endOfCurrentCall);
    return services.stream()
        .map(
            service ->
                ServerInterceptors.intercept(service, new ErrorInterceptor(), offLoop, metered))
        .toList();
  }

  /** Known to reflection already, so that nobody wonders where they are. */
  private static List<BindableService> notBuilt() {
    return List.of(new FleetServiceImplBase() {});
  }
}
