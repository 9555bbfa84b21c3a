package dev.serin.server.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * What one can try while the demo runs: lines to copy, which work as they stand.
 *
 * @param command how this command line was called
 * @param grpcPort the server's gRPC port
 * @param httpPort its HTTP port
 * @param documents where the sample documents are
 * @param stays false: the server ends with the rollouts
 */
record DemoHints(String command, int grpcPort, int httpPort, Path documents, boolean stays) {
  private static final int DEFAULT_PORT = 8980;

  /** The one that is rolled back. */
  private static final String ROLLOUT = "instant-search";

  /** A title and the lines to copy under it. */
  record Hint(String title, List<String> lines) {}

  List<Hint> hints() {
    String server = grpcPort == DEFAULT_PORT ? "" : " --server 127.0.0.1:" + grpcPort;
    String user = " --user user-5 -a country=CN -a app_version=2.4.1";
    return List.of(
        new Hint(
            "Ask like a service",
            List.of(
                "grpcurl -plaintext -d '{\"feature\": \"new-checkout\", \"user_key\": \"user-5\"}' "
                    + "127.0.0.1:"
                    + grpcPort
                    + " serin.v1.DecisionService/Evaluate",
                command + " evaluate new-checkout" + user + server)),
        new Hint("Ask why", List.of(command + " explain recommendations" + user + server)),
        new Hint(
            "Stop it, and watch the table",
            List.of(
                command + " kill new-checkout --reason 'checkout errors'" + server,
                command + " revive new-checkout --reason 'fixed'" + server)),
        new Hint(
            "Roll it out further: the files are applied when they change",
            List.of(
                "sed -i.bak 's/weight: 25/weight: 50/; s/weight: 75/weight: 50/' "
                    + documents.resolve("new-checkout.yaml"),
                command + " history --limit 3" + server)),
        new Hint(
            "Follow a rollout, and read who moved it and why",
            List.of(
                command + " rollout watch " + ROLLOUT + server,
                command + " rollout history " + ROLLOUT + server)),
        new Hint("Browse the API", List.of("http://127.0.0.1:" + httpPort + "/docs")));
  }

  void print(Terminal terminal) {
    terminal
        .out()
        .println("Serin serves on 127.0.0.1:" + grpcPort + " (gRPC) and :" + httpPort + " (HTTP).");
    for (Hint hint : hints()) {
      terminal.out().println();
      terminal.out().println(terminal.bold(hint.title()));
      hint.lines().forEach(line -> terminal.out().println("  " + line));
    }
    if (!stays) {
      terminal.out().println();
      terminal.out().println("The server ends with the two rollouts; with --stay it goes on.");
    }
    terminal.out().println();
    terminal.out().flush();
  }
}
