package dev.serin.server.telemetry;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * What is logged until a server says otherwise: warnings and errors, as text, on standard error.
 *
 * <p>Found by logback through the service loader: no XML is parsed when a command starts.
 */
public final class QuietLogs extends ContextAwareBase implements Configurator {

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Logs.configure(context, LogFormat.TEXT, LogLevel.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
