package dev.serin.server.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.docs.DocService;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.serin.server.access.TlsFiles;
import dev.serin.server.error.ErrorInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * The HTTP port, on threads of its own: {@code /metrics}, {@code /healthz}, {@code /readyz}, the
 * unary services as JSON ({@code POST /serin.v1.DecisionService/Evaluate}) and their pages below
 * {@code /docs}.
 */
public final class HttpPort implements AutoCloseable {
  /** Threads; what is asked here is small, and decisions are asked elsewhere. */
  private static final int THREADS = 1;

  /** Threads that write metrics, which may be long. */
  private static final int WRITER_THREADS = 1;

  /** Connections at once, so that an open page cannot take what calls need. */
  private static final int CONNECTIONS_MAX = 1_000;

  /** Bytes of a request: the largest message as JSON. */
  public static final long REQUEST_BYTES_MAX = 32L * 1024 * 1024;

  /** Milliseconds that answers on their way may take when the port is closed. */
  private static final long CLOSE_MILLIS = 1_000;

  /** How a call ended that no service has seen, a request that is no JSON for one. */
  private static final AttributeKey<Status.Code> ENDED =
      AttributeKey.valueOf(HttpPort.class, "ENDED");

  private static final MediaType PROMETHEUS_TEXT =
      MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

  private final Server server;

  private HttpPort(Server server) {
    this.server = server;
  }

  /**
   * Opens the port.
   *
   * @param metrics all meters as Prometheus reads them
   * @param readiness whether the server can answer now
   * @param services what is served as JSON; only their unary methods
   * @param limits what bounds the bodies of requests
   * @throws CompletionException if the address cannot be bound; the cause says why
   */
  public static HttpPort open(
      InetSocketAddress address,
      Optional<TlsFiles> tls,
      Supplier<String> metrics,
      Supplier<Readiness> readiness,
      UnaryServices services,
      BodyLimits limits) {
    ServerBuilder builder = Server.builder();
    if (tls.isPresent()) {
      builder
          .https(address)
          .tls(TlsKeyPair.of(tls.get().key().toFile(), tls.get().certificate().toFile()));
    } else {
      builder.http(address);
    }
    RefusedBodies refused = new RefusedBodies(REQUEST_BYTES_MAX, limits.timeMax());
    Server server =
        builder
            // Of its own and shown nowhere: in a shared one a second server's meters collide.
            .meterRegistry(new CompositeMeterRegistry())
            .bossGroupFactory(name -> new PromptThreads("serin-http-accept", 1))
            .workerGroup(new PromptThreads("serin-http", THREADS), true)
            .blockingTaskExecutor(WRITER_THREADS)
            .maxNumConnections(CONNECTIONS_MAX)
            .maxRequestLength(REQUEST_BYTES_MAX)
            .errorHandler(refused)
            .requestTimeout(limits.timeMax())
            .gracefulShutdownTimeoutMillis(0, CLOSE_MILLIS)
            .service("/metrics", (context, request) -> metrics(context, metrics))
            .service("/healthz", (context, request) -> HttpResponse.of("ok\n"))
            .service("/readyz", (context, request) -> readiness(readiness.get()))
            .service(json(services, refused), all -> new CountedBodies(all, limits))
            .serviceUnder("/docs", DocService.builder().webAppTitle("Serin").build())
            .build();
    HttpPort port = new HttpPort(server);
    try {
      server.start().join();
    } catch (CompletionException e) {
      port.close();
      throw e;
    }
    return port;
  }

  /** How the call ended that this thread is told was cancelled. */
  public static Status.Code endOfCurrentCall() {
    RequestContext context = RequestContext.currentOrNull();
    Status.Code ended = context == null ? null : context.attr(ENDED);
    return ended == null ? Status.Code.CANCELLED : ended;
  }

  /** The port it listens on. */
  public int port() {
    return server.activeLocalPort();
  }

  @Override
  public void close() {
    server.close();
  }

  private static HttpResponse metrics(ServiceRequestContext context, Supplier<String> metrics) {
    return HttpResponse.of(
        () -> HttpResponse.of(HttpStatus.OK, PROMETHEUS_TEXT, metrics.get()),
        context.blockingTaskExecutor());
  }

  private static HttpResponse readiness(Readiness readiness) {
    return HttpResponse.ofJson(
        readiness.ready() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, readiness);
  }

  private static GrpcService json(UnaryServices services, RefusedBodies refused) {
    return GrpcService.builder()
        .addServiceDefinitions(services.definitions())
        .supportedSerializationFormats(
            GrpcSerializationFormats.PROTO, GrpcSerializationFormats.JSON)
        .jsonMarshallerFactory(service -> new StrictJson())
        .enableUnframedRequests(true)
        .unframedGrpcErrorHandler(new JsonErrors(refused))
        .exceptionHandler(HttpPort::listed)
        .build();
  }

  /**
   * What fails before a service sees it, a request that is no JSON for one. It is also asked about
   * the cause of what a service has answered, which is told as answered.
   */
  private static Status listed(
      RequestContext context, Status status, Throwable failure, Metadata trailers) {
    if (ErrorInterceptor.isListed(status, trailers)) {
      context.setAttr(ENDED, status.getCode());
      return status;
    }
    if (CallerGone.is(failure)) {
      context.setAttr(ENDED, Status.Code.CANCELLED);
      return Status.CANCELLED.withCause(failure);
    }
    StatusRuntimeException error = ErrorInterceptor.listed(failure, context.path());
    context.setAttr(ENDED, error.getStatus().getCode());
    if (error.getTrailers() != null) {
      trailers.merge(error.getTrailers());
    }
    return error.getStatus();
  }
}
