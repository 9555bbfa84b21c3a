package dev.serin.server.http;

import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import dev.serin.server.error.ApiErrors;
import org.reactivestreams.Publisher;

/**
 * The services of the port, with the bodies of their requests counted while they arrive: a service
 * sees a body when it is complete, however long its caller takes for that.
 *
 * <p>A body holds its room until it is answered; the message made of it takes room of its own. One
 * that finds none left is refused as OVERLOADED, one above its method's limit as REQUEST_TOO_LARGE.
 */
final class CountedBodies extends SimpleDecoratingHttpService {
  private final BodyLimits limits;

  /** Services with counted bodies. */
  CountedBodies(HttpService services, BodyLimits limits) {
    super(services);
    this.limits = limits;
  }

  /** Streaming, as seen from the port: else it gathers the body before anybody can count it. */
  @Override
  public ExchangeType exchangeType(RoutingContext context) {
    return ExchangeType.BIDI_STREAMING;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
    if (request.method() != HttpMethod.POST) {
      throw HttpStatusException.of(HttpStatus.METHOD_NOT_ALLOWED);
    }
    String method = context.path().substring(1);
    Body body =
        new Body(method, limits.rooms().apply(method), limits.bytesMax().applyAsLong(method));
    var _ = context.log().whenComplete().thenRun(body::end);
    HttpRequest counted = counted(context, request, body);
    context.updateRequest(counted);
    return unwrap().serve(context, counted);
  }

  /** As a publisher of its own: whoever gathers a request that is looked into looks at the end. */
  private static HttpRequest counted(
      ServiceRequestContext context, HttpRequest request, Body body) {
    HttpRequest looked = request.peekData(data -> body.arrived(data.length()));
    Publisher<HttpObject> arriving =
        subscriber -> looked.subscribe(subscriber, context.eventLoop());
    return HttpRequest.of(request.headers(), arriving);
  }

  /** What has arrived of one body, and the room it holds. */
  private static final class Body {
    private final String method;
    private final RequestRoom room;
    private final long bytesMax;

    /** Guarded by this. */
    private long heldBytes;

    /** Guarded by this. */
    private boolean ended;

    Body(String method, RequestRoom room, long bytesMax) {
      this.method = method;
      this.room = room;
      this.bytesMax = bytesMax;
    }

    synchronized void arrived(long bytes) {
      if (heldBytes + bytes > bytesMax) {
        String limit = bytesMax + " bytes";
        throw ApiErrors.requestTooLarge(method, "more than " + limit, limit);
      }
      // After its end nobody would give the room back.
      if (ended || !room.reserve(bytes)) {
        throw ApiErrors.overloaded("worker queue", room.waitingBytesMax(), "bytes of requests");
      }
      heldBytes += bytes;
    }

    synchronized void end() {
      ended = true;
      room.release(heldBytes);
      heldBytes = 0;
    }
  }
}
