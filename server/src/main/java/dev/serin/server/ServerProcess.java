package dev.serin.server;

import dev.serin.server.cli.ExitCode;
import dev.serin.server.cli.ServerLauncher;
import dev.serin.server.telemetry.Logs;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
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
        invalid.errors().forEach(err::println);
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
    SerinServer server;
    try {
      server = SerinServer.start(config);
    } catch (PortUnavailableException e) {
      err.println(e.getMessage());
      return ExitCode.REFUSED.code();
    }
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  stopped.countDown();
                },
                "serin-stop"));
    out.println("serving gRPC on " + config.grpc().getHostString() + ":" + server.grpcPort());
    out.flush();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK.code();
  }

  @Override
  public RunningServer start(List<String> arguments) {
    var server = SerinServer.start(ServerConfig.read(arguments, environment).orThrow());
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
