package dev.serin.server.cli;

import dev.serin.v1.ExportDecisionsRequest;
import dev.serin.v1.ExportDecisionsResponse;
import dev.serin.v1.ExportedDecision;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints exposures and outcomes as they become durable. */
@Command(
    name = "export",
    description = {
      "Print exposures and outcomes from now on, as they become durable at the server: a line of"
          + " JSON each, until Ctrl-C.",
      "--timeout bounds the wait for the server to begin."
    })
final class ExportCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "FEATURE",
      description = "Keys of features (default: all of the namespace).")
  private List<String> features = List.of();

  @Option(names = "--limit", paramLabel = "N", description = "End after so many lines.")
  private @Nullable Integer limit;

  ExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (limit != null && limit < 1) {
      throw new CommandFailure(ExitCode.USAGE, "--limit: " + limit + " (expected: 1 or more)");
    }
    ExportDecisionsRequest request =
        ExportDecisionsRequest.newBuilder()
            .setNamespace(call.namespace())
            .addAllFeatures(features)
            .build();
    try (Session session = call.open()) {
      export(session, request);
    } catch (StatusException ended) {
      throw new StatusRuntimeException(ended.getStatus(), ended.getTrailers());
    }
    return ExitCode.OK.code();
  }

  private void export(Session session, ExportDecisionsRequest request)
      throws InterruptedException, StatusException {
    BlockingClientCall<?, ExportDecisionsResponse> export =
        session.exports().exportDecisions(request);
    try {
      int left = limit == null ? Integer.MAX_VALUE : limit;
      ExportDecisionsResponse message =
          export.read(session.timeout().toNanos(), TimeUnit.NANOSECONDS);
      // What becomes durable from here on is printed.
      terminal.err().println(terminal.dim("exporting from now on"));
      while (message != null) {
        left = print(message, left);
        message = left == 0 || terminal.isReaderGone() ? null : export.read();
      }
    } catch (TimeoutException late) {
      throw Status.DEADLINE_EXCEEDED
          .withDescription("no answer within " + session.timeout())
          .asException();
    } finally {
      export.cancel("enough", null);
    }
  }

  /** Prints as many records as are wanted; returns how many still are. */
  private int print(ExportDecisionsResponse message, int left) {
    int count = Math.min(left, message.getDecisionsCount());
    for (ExportedDecision decision : message.getDecisionsList().subList(0, count)) {
      terminal.out().println(Rendering.line(decision));
    }
    return limit == null ? left : left - count;
  }
}
