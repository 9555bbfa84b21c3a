package dev.serin.server;

import java.util.Map;

/**
 * Netty as a service in production wants it: without the checks that find a programmer's mistakes.
 * Tests run with all of them.
 */
final class NettyDefaults {
  private static final Map<String, String> PROPERTIES =
      Map.of(
          "io.netty.leakDetection.level", "disabled",
          "io.netty.buffer.checkBounds", "false",
          "io.netty.buffer.checkAccessible", "false");

  private NettyDefaults() {}

  /** Sets what nobody has set on the command line. Before the first class of Netty is loaded. */
  static void set() {
    PROPERTIES.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value);
          }
        });
  }
}
