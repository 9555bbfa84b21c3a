package dev.serin.loadtest.serving;

import dev.serin.loadtest.wire.Bound;
import dev.serin.loadtest.wire.LoadResult;
import dev.serin.loadtest.wire.WireClient;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code load}: Evaluate calls on a running server, in a closed or an open loop. */
@Command(
    name = "load",
    description = {
      "Puts load on a running server's Evaluate and prints rate, failures and latencies.",
      "The requests are those of workload W2: one feature, six attributes, user after user."
    },
    mixinStandardHelpOptions = true)
public final class LoadCommand implements Callable<Integer> {

  @Mixin private LoadOptions options = new LoadOptions();

  @Option(
      names = "--setup",
      description =
          "First create namespace \"" + Namespaces.NAME + "\" and apply the feature of W2 to it.")
  private boolean setup;

  @Option(
      names = "--namespace",
      defaultValue = Namespaces.NAME,
      description = "Namespace asked for. Default: ${DEFAULT-VALUE}.")
  private String namespace = "";

  @Option(
      names = "--feature",
      defaultValue = "flag-0",
      description = "Feature asked for. Default: ${DEFAULT-VALUE}, the one of --setup.")
  private String feature = "";

  /** Created by the command line. */
  public LoadCommand() {}

  @Override
  public Integer call() throws IOException {
    Target target = options.target();
    if (setup) {
      ServedWorkload.prepare(target);
    }
    try (WireClient client =
        WireClient.connect(
            target.address(),
            options.connections(),
            EvaluateCalls.of(target, namespace, feature))) {
      if (options.warmUpCalls() > 0) {
        client.run(options.warmUpPace(), new Bound(options.warmUpCalls(), options.bound().time()));
      }
      LoadResult result = client.run(options.pace(), options.bound());
      System.out.print(new LoadReport(result).text());
      return result.clean() ? 0 : 1;
    }
  }
}
