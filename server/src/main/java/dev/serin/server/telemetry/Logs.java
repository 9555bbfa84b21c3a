package dev.serin.server.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The log of the process: one line per event on standard error, as text or as JSON. */
public final class Logs {
  /** Time in UTC, level, logger, message, key=value pairs. */
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %-5level %logger{0} %msg %kvp%n";

  /**
   * Loggers of libraries that tell every detail of every call at the levels of a person's debug.
   */
  private static final String[] LIBRARIES = {
    "io.netty", "io.grpc", "com.linecorp", "org.flywaydb", "org.jdbi"
  };

  /**
   * Loggers whose warnings come with a stack trace, of every peer that speaks no TLS, of every call
   * with a message above the transport's limit or with one message too many, of every connection of
   * a store that is away: strangers could fill the disk, the caller is told with the call's status,
   * and the store's outage is told once, where it is handled.
   */
  private static final String[] TALKATIVE = {
    "com.linecorp.armeria.server.HttpServerPipelineConfigurator",
    "io.grpc.netty.NettyServerHandler",
    "io.grpc.netty.NettyServerStream",
    "com.zaxxer"
  };

  private Logs() {}

  /** Makes the log of this process so; may be called again. */
  public static void configure(LogFormat format, LogLevel level) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      configure(context, format, level);
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  static void configure(LoggerContext context, LogFormat format, LogLevel level) {
    Encoder<ILoggingEvent> encoder =
        switch (format) {
          case TEXT -> text();
          case JSON -> json();
        };
    encoder.setContext(context);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
    root.setLevel(Level.toLevel(level.name()));
    Level libraries = level == LogLevel.ERROR ? Level.ERROR : Level.WARN;
    for (String name : LIBRARIES) {
      context.getLogger(name).setLevel(level == LogLevel.TRACE ? Level.DEBUG : libraries);
    }
    for (String name : TALKATIVE) {
      context.getLogger(name).setLevel(level == LogLevel.TRACE ? Level.DEBUG : Level.ERROR);
    }
  }

  private static Encoder<ILoggingEvent> text() {
    var encoder = new PatternLayoutEncoder();
    encoder.setPattern(PATTERN);
    return encoder;
  }

  private static Encoder<ILoggingEvent> json() {
    var encoder = new JsonEncoder();
    // What is left out by itself: "message" is the text before its values are put in.
    encoder.setWithFormattedMessage(true);
    encoder.setWithContext(false);
    encoder.setWithSequenceNumber(false);
    encoder.setWithArguments(false);
    encoder.setWithNanoseconds(false);
    return encoder;
  }
}
