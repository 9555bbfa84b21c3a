package dev.serin.server;

import dev.serin.server.telemetry.Logs;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command {@code serin server}: runs a server until it is told to stop. */
final class ServerProcess {
  /** Exit codes: all was well, it could not run, it was called wrongly. */
  static final int OK = 0;

  static final int FAILED = 1;
  static final int USAGE = 2;

  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  ServerProcess(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /** Runs until SIGTERM or SIGINT; returns the exit code. */
  int run(List<String> arguments) {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      out.print(OptionHelp.text());
      return OK;
    }
    return switch (ServerConfig.read(arguments, environment)) {
      case ConfigReading.Invalid invalid -> {
        invalid.errors().forEach(err::println);
        yield USAGE;
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
      return FAILED;
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
    return OK;
  }
}
