package dev.serin.server.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which server a command talks to, and how. */
final class CallOptions {
  @Option(
      names = {"-s", "--server"},
      paramLabel = "HOST:PORT",
      defaultValue = "${env:SERIN_SERVER:-127.0.0.1:8980}",
      description = "The server's gRPC address (env SERIN_SERVER; default: 127.0.0.1:8980).")
  private String server = "";

  @Option(names = "--tls", description = "Talk TLS, trusting this machine's authorities.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Talk TLS, trusting the authorities of this PEM file.")
  private @Nullable Path authorities;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      defaultValue = "${env:SERIN_NAMESPACE:-default}",
      description = "The namespace (env SERIN_NAMESPACE; default: default).")
  private String namespace = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Seconds.class,
      description = "How long to wait for each answer: 500ms, 10s, 2m (default: 10s).")
  private Duration timeout = Duration.ZERO;

  String namespace() {
    return namespace;
  }

  /** Opens a session; nothing is sent before the first call. */
  Session open() {
    return Session.open(server, tls || authorities != null, authorities, timeout);
  }

  /** Reads 500ms, 10s, 2m. */
  static final class Seconds implements ITypeConverter<Duration> {
    /** Longer than anybody looks at a waiting command. */
    private static final Duration MAX = Duration.ofHours(24);

    @Override
    public Duration convert(String text) {
      Duration duration = parse(text);
      if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX) > 0) {
        throw new TypeConversionException(expected(text));
      }
      return duration;
    }

    private static Duration parse(String text) {
      try {
        if (text.endsWith("ms")) {
          return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
        }
        String number = text.isEmpty() ? "" : text.substring(0, text.length() - 1);
        return switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
          case 's' -> Duration.ofSeconds(Long.parseLong(number));
          case 'm' -> Duration.ofMinutes(Long.parseLong(number));
          case 'h' -> Duration.ofHours(Long.parseLong(number));
          default -> throw new TypeConversionException(expected(text));
        };
      } catch (NumberFormatException | ArithmeticException notATime) {
        throw new TypeConversionException(expected(text));
      }
    }

    private static String expected(String text) {
      return "'" + text + "' (expected: a number with ms, s, m or h, at most 24h)";
    }
  }
}
