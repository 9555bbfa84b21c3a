package dev.serin.server.cli;

import dev.serin.server.catalog.DocumentFiles;
import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.cli.ServerLauncher.RunningServer;
import dev.serin.v1.Document;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.Feature;
import dev.serin.v1.FeatureDecision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts a server with sample documents and lets simulated users call it. */
@Command(
    name = "demo",
    description = {
      "Start a server with sample features and live simulated callers, on loopback only, and two",
      "rollouts: one is as good as it looks and reaches everybody, the other one makes errors and"
          + " is",
      "rolled back. Says what happened and why when both are over, after a minute or two.",
      "With --stay it goes on: one can change, kill and explain features elsewhere meanwhile.",
      "Ctrl-C stops it cleanly; the exit code is 130 then, as of all that is interrupted."
    })
final class DemoCommand implements Callable<Integer> {
  /** More would measure this machine, not show a rollout. */
  private static final int MAX_CALLS_PER_SECOND = 5_000;

  private static final int MAX_PORT = 65_535;

  /** Seconds between tables where they are printed one below the other. */
  private static final int PLAIN_SECONDS = 5;

  /** How long the process waits for the server to stop. */
  private static final int STOP_SECONDS = 15;

  /** Calls for a feature that is rolled out, for each call for another one. */
  private static final int ROLLED_OUT_MORE_OFTEN = 6;

  /** How often the server is asked whether it serves the documents yet. */
  private static final int POLL_MILLIS = 50;

  /** How long a call may take, and the documents to be served. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** Every demo shows the same users in the same order. */
  private static final long SEED = 20_261_120;

  private final ServerLauncher launcher;
  private final Terminal terminal;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8980",
      description = "The gRPC port; HTTP takes the next one; 0: free ones (default: 8980).")
  private int port;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      converter = CallOptions.Seconds.class,
      description =
          "End after this time at the latest: 30s, 5m (default: when the rollouts are over).")
  private @Nullable Duration duration;

  @Option(
      names = "--stay",
      description = "Go on when the rollouts are over (until Ctrl-C, or --duration).")
  private boolean stay;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "200",
      description = "Calls a second, 1 to 5000 (default: 200).")
  private int callsPerSecond;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Keep store and documents here (default: a temporary directory, removed).")
  private @Nullable Path dataDirectory;

  DemoCommand(ServerLauncher launcher, Terminal terminal) {
    this.launcher = launcher;
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Thread hook = new Thread(() -> end(stop, done), "demo-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    Path directory =
        dataDirectory == null ? Files.createTempDirectory("serin-demo-") : dataDirectory;
    try {
      run(directory, stop);
    } finally {
      if (dataDirectory == null) {
        DemoFiles.remove(directory);
      }
      done.countDown();
      forget(hook);
    }
    return ExitCode.OK.code();
  }

  private void check() {
    if (port < 0 || port >= MAX_PORT) {
      throw new CommandFailure(
          ExitCode.USAGE, "--port: " + port + " (expected: 0 to " + (MAX_PORT - 1) + ")");
    }
    if (callsPerSecond < 1 || callsPerSecond > MAX_CALLS_PER_SECOND) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--rate: " + callsPerSecond + " (expected: 1 to " + MAX_CALLS_PER_SECOND + ")");
    }
  }

  private void run(Path directory, CountDownLatch stop) throws IOException, InterruptedException {
    Path documents = directory.resolve("documents");
    DemoFiles.write(documents);
    try (RunningServer server = start(directory, documents);
        Session session = Session.open("127.0.0.1:" + server.grpcPort(), false, null, TIMEOUT)) {
      List<Feature> features = features(session, documents, stop);
      if (features.isEmpty()) {
        return;
      }
      new DemoHints(command(), server.grpcPort(), server.httpPort(), documents, stay)
          .print(terminal);
      DemoTally tally = new DemoTally();
      try (DemoOutcomes outcomes =
              new DemoOutcomes(measured(features), session.channel(), tally, SEED);
          DemoCallers callers =
              new DemoCallers(called(features), session.channel(), tally, outcomes, SEED)) {
        DemoRollouts rollouts = new DemoRollouts(DemoFiles.ROLLOUTS, session.channel(), tally);
        rollouts.start();
        outcomes.start();
        callers.start(callsPerSecond);
        watch(tally, new DemoScreen(terminal, outcomes.figures()), rollouts, stop);
      }
    }
  }

  private RunningServer start(Path directory, Path documents) {
    try {
      return launcher.start(
          List.of(
              "--grpc-port=" + port,
              "--http-port=" + (port == 0 ? 0 : port + 1),
              "--data-dir=" + directory.resolve("data"),
              "--documents=" + documents));
    } catch (RuntimeException failure) {
      throw new CommandFailure(ExitCode.REFUSED, "server: " + failure.getMessage());
    }
  }

  /** The features of the documents, as soon as all of them are served. */
  private static List<Feature> features(Session session, Path documents, CountDownLatch stop)
      throws InterruptedException {
    ParsedDocuments parsed = DocumentFiles.read(documents);
    List<Feature> features =
        parsed.toDocuments().stream()
            .filter(Document::hasFeature)
            .map(Document::getFeature)
            .toList();
    if (features.isEmpty() || !parsed.errors().isEmpty()) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          documents + ": " + parsed.errors() + " (expected: documents without errors)");
    }
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!served(session).containsAll(keys(features))) {
      if (System.nanoTime() > end) {
        throw new CommandFailure(
            ExitCode.REFUSED, documents + ": not served yet (expected: within " + TIMEOUT + ")");
      }
      if (stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return List.of();
      }
    }
    return features;
  }

  private static List<String> keys(List<Feature> features) {
    return features.stream().map(Feature::getKey).toList();
  }

  /** What is called: what is rolled out more often, so that one sees the end of it soon. */
  private static List<String> called(List<Feature> features) {
    List<String> called = new ArrayList<>(keys(features));
    for (int more = 1; more < ROLLED_OUT_MORE_OFTEN; more++) {
      called.addAll(DemoFiles.ROLLOUTS);
    }
    return called;
  }

  /** Those whose users are compared: of one split, whose unit is the user. */
  private static List<String> measured(List<Feature> features) {
    return keys(features.stream().filter(feature -> feature.getSplitsCount() == 1).toList());
  }

  private static Set<String> served(Session session) {
    return session
        .decisions()
        .evaluateAll(EvaluateAllRequest.getDefaultInstance())
        .getDecisionsList()
        .stream()
        .map(FeatureDecision::getFeature)
        .collect(Collectors.toSet());
  }

  private void watch(DemoTally tally, DemoScreen screen, DemoRollouts rollouts, CountDownLatch stop)
      throws InterruptedException {
    boolean told = false;
    long begin = System.nanoTime();
    long end = duration == null ? Long.MAX_VALUE : Math.max(1, duration.toSeconds());
    for (long second = 1; second <= end; second++) {
      // What looking at the rollouts takes is part of the second.
      long left = begin + TimeUnit.SECONDS.toNanos(second) - System.nanoTime();
      boolean last = stop.await(Math.max(0, left), TimeUnit.NANOSECONDS) || second == end;
      tally.tick();
      rollouts.look();
      boolean over = !told && rollouts.ended();
      if (terminal.colour() || last || over || second % PLAIN_SECONDS == 0) {
        screen.show(tally, second, rollouts.lines(terminal));
      }
      if (over) {
        rollouts.story(terminal).forEach(terminal.out()::println);
        terminal.out().println();
        terminal.out().flush();
        screen.begin();
        told = true;
      }
      if (last || (over && !stay)) {
        return;
      }
    }
  }

  /** How people called this: the launcher tells. */
  private static String command() {
    return System.getProperty("serin.command", "serin");
  }

  private static void end(CountDownLatch stop, CountDownLatch done) {
    stop.countDown();
    try {
      done.await(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // It runs already, and was waiting for this.
    }
  }
}
