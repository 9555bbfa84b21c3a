package dev.serin.server;

import dev.serin.server.cli.ExitCode;
import dev.serin.server.cli.ServerLauncher;
import dev.serin.server.store.StoreOpenException;
import dev.serin.server.telemetry.Logs;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command {@code serin server}: runs a server until it is told to stop. */
final class ServerProcess implements ServerLauncher {
  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  ServerProcess(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  @Override
  public int run(List<String> arguments) {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      out.print(OptionHelp.text());
      return ExitCode.OK.code();
    }
    return switch (ServerConfig.read(arguments, environment)) {
      case ConfigReading.Invalid invalid -> {
        invalid.errors().forEach(error -> err.println("serin: " + error));
        yield ExitCode.USAGE.code();
      }
      case ConfigReading.Valid valid -> {
        Logs.configure(valid.config().logFormat(), valid.config().logLevel());
        valid.warnings().forEach(LOG::warn);
        yield serve(valid.config());
      }
    };
  }

  private int serve(ServerConfig config) {
    StopSignals signals = new StopSignals();
    signals.listen();
    AtomicBoolean retired = new AtomicBoolean();
    SerinServer server;
    try {
      server =
          SerinServer.start(
              config,
              () -> {
                retired.set(true);
                signals.stop();
              });
    } catch (PortUnavailableException | StoreOpenException e) {
      err.println("serin: " + e.getMessage());
      return ExitCode.REFUSED.code();
    }
    String grpc = address(config.grpc(), server.grpcPort());
    String http = address(config.http(), server.httpPort());
    out.println("serving gRPC on " + grpc + " and HTTP on " + http);
    out.flush();
    LOG.atInfo()
        .addKeyValue("grpc", grpc)
        .addKeyValue("http", http)
        .addKeyValue("tls", config.tls().isPresent())
        .addKeyValue("start_millis", ManagementFactory.getRuntimeMXBean().getUptime())
        .log("serving");
    try {
      signals.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LOG.info("stopping; a second signal stops at once");
    server.close();
    LOG.info("stopped");
    return (retired.get() ? ExitCode.START_AGAIN : ExitCode.OK).code();
  }

  private static String address(InetSocketAddress address, int port) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public RunningServer start(List<String> arguments) {
    // The demo says all it needs: a shared store named in the environment is not its to fill.
    var server = SerinServer.start(ServerConfig.read(arguments, Map.of()).orThrow());
    return new RunningServer() {
      @Override
      public int grpcPort() {
        return server.grpcPort();
      }

      @Override
      public int httpPort() {
        return server.httpPort();
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }
}
