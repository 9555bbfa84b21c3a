package dev.serin.loadtest.serving;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The server under load, spoken to without TLS.
 *
 * @param host name or address
 * @param port its gRPC port
 */
record Target(String host, int port) {

  static final String LOOPBACK = "127.0.0.1";

  private static final int MAX_PORT = 65_535;

  Target {
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("port: %d (expected: 1 to %d)".formatted(port, MAX_PORT));
    }
  }

  /** Returns the server on this machine. */
  static Target local(int port) {
    return new Target(LOOPBACK, port);
  }

  /**
   * Reads {@code HOST:PORT}.
   *
   * @param allowRemote false: only a loopback address will do
   */
  static Target parse(String text, boolean allowRemote) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("target: " + text + " (expected: HOST:PORT)");
    }
    Target target =
        new Target(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    if (!allowRemote && !target.isLoopback()) {
      throw new IllegalArgumentException(
          "target: %s (expected: a loopback address, or --allow-remote)".formatted(text));
    }
    return target;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  /** What a client sends as authority. */
  String authority() {
    return host + ":" + port;
  }

  /** Returns an ordinary client's channel; the caller shuts it down. */
  ManagedChannel channel() {
    return NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("target: " + host + " (expected: a known host)", e);
    }
  }
}
