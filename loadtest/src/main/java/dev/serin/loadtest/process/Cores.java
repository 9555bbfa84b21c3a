package dev.serin.loadtest.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One core for the server and another for the client, by {@code taskset}. Where it is missing or
 * there is one core only, nothing is pinned, and {@link #description} says so.
 *
 * @param server core of the server; -1: not pinned
 * @param client core of the client; -1: not pinned
 */
public record Cores(int server, int client) {

  private static final int NOT_PINNED = -1;

  /**
   * Returns the first core for the server and the second for the client, where that is possible.
   */
  public static Cores choose() {
    return hasTaskset() && Runtime.getRuntime().availableProcessors() > 1
        ? new Cores(0, 1)
        : new Cores(NOT_PINNED, NOT_PINNED);
  }

  /** Returns the command pinned to the server's core. */
  public List<String> onServerCore(List<String> command) {
    if (server == NOT_PINNED) {
      return command;
    }
    List<String> pinned =
        new ArrayList<>(List.of("taskset", "--cpu-list", Integer.toString(server)));
    pinned.addAll(command);
    return pinned;
  }

  /** Pins this process, with all threads it has and will have, to the client's core. */
  public void pinThisProcess() throws IOException {
    if (client == NOT_PINNED) {
      return;
    }
    Process taskset =
        new ProcessBuilder(
                "taskset",
                "--all-tasks",
                "--pid",
                "--cpu-list",
                Integer.toString(client),
                Long.toString(ProcessHandle.current().pid()))
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(taskset.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (taskset.waitFor() != 0) {
        throw new IOException("taskset: " + said.strip() + " (expected: this process pinned)");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("taskset: interrupted", e);
    }
  }

  /** Returns one line for the report. */
  public String description() {
    return server == NOT_PINNED
        ? "not pinned (taskset or a second core is missing): expect noise"
        : "server on core %d, client on core %d".formatted(server, client);
  }

  private static boolean hasTaskset() {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String directory : path.split(":", -1)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, "taskset"))) {
        return true;
      }
    }
    return false;
  }
}
