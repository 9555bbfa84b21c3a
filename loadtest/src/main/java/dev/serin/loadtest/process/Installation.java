package dev.serin.loadtest.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The project's own files that a measurement starts.
 *
 * @param root folder of the project
 */
public record Installation(Path root) {

  /** Set by loadtest/run. */
  private static final String ROOT_PROPERTY = "serin.root";

  /** Of JVMs that run beside each other and are started again and again. */
  private static final List<String> SMALL_JVM =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx384m",
          "--sun-misc-unsafe-memory-access=allow",
          "--enable-native-access=ALL-UNNAMED");

  /** Returns the installation this program belongs to. */
  public static Installation own() {
    Path root = Path.of(System.getProperty(ROOT_PROPERTY, "")).toAbsolutePath();
    if (!Files.isExecutable(root.resolve("bin/serin"))) {
      throw new IllegalStateException(
          "-D%s: %s (expected: the folder that holds bin/serin)".formatted(ROOT_PROPERTY, root));
    }
    return new Installation(root);
  }

  /**
   * Returns the one in a folder.
   *
   * @throws IllegalArgumentException if there is none, or it is not built
   */
  public static Installation at(Path folder) {
    Installation installation = new Installation(folder.toAbsolutePath());
    if (!Files.exists(installation.serverJar())) {
      throw new IllegalArgumentException(
          "%s: not there (expected: the folder of a checkout whose server is built)"
              .formatted(installation.serverJar()));
    }
    return installation;
  }

  /** Returns the command that starts a server on free ports, as an operator would start it. */
  public List<String> server(Path dataDirectory, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                root.resolve("bin/serin").toString(),
                "server",
                "--grpc-port",
                "0",
                "--http-port",
                "0",
                "--data-dir",
                dataDirectory.toString()));
    command.addAll(List.of(more));
    return command;
  }

  /**
   * Returns the command that runs the packaged jar in a small JVM, which is the process itself:
   * what is sent to it reaches no launcher.
   *
   * @param jvmOptions more options of the JVM
   * @param grpcPort 0: a free one
   * @param more options of the server
   */
  public List<String> smallServer(
      List<String> jvmOptions, int grpcPort, Path dataDirectory, List<String> more) {
    List<String> command = small(jvmOptions);
    command.add("server");
    command.addAll(List.of("--grpc-port", Integer.toString(grpcPort), "--http-port", "0"));
    command.addAll(List.of("--data-dir", dataDirectory.toString()));
    command.addAll(more);
    return command;
  }

  /**
   * Returns the command that makes a cache with which such JVMs start in half the time and CPU. It
   * takes as long as some starts do.
   *
   * @param cache where it is written, to be given to the JVMs as {@code -XX:AOTCache}
   */
  public List<String> smallServerCache(Path cache) {
    List<String> command = small(List.of("-XX:AOTCacheOutput=" + cache));
    command.add("rehearse");
    return command;
  }

  private List<String> small(List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(SMALL_JVM);
    command.addAll(jvmOptions);
    command.addAll(List.of("-jar", serverJar().toString()));
    return command;
  }

  /** Returns the jar that bin/serin runs. */
  public Path serverJar() {
    return root.resolve("server/target/serin.jar");
  }
}
