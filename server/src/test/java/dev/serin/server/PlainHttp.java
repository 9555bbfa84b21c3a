package dev.serin.server;

import java.net.http.HttpClient;

/** Clients of HTTP without TLS. */
public final class PlainHttp {
  private PlainHttp() {}

  /**
   * One that stays at HTTP/1.1.
   *
   * <p>Left to itself the JDK's asks for an upgrade to HTTP/2 with the first request, and at times
   * loses what comes while it changes over: seen with JDK 25 in 1 of 15 to 600 new connections,
   * with the whole answer read from the socket, and the caller waiting until the server closes the
   * idle connection ("EOF reached while reading" after 16 s).
   */
  public static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }
}
