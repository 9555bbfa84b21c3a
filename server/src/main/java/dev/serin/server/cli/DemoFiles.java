package dev.serin.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The sample documents, as files that one can edit while the demo runs. */
final class DemoFiles {
  /** The documents in the jar. */
  static final List<String> NAMES =
      List.of(
          "new-checkout.yaml",
          "checkout-layout.yaml",
          "home-page.yaml",
          "dispatch-engine.yaml",
          "search-timeout.yaml",
          "rollouts.yaml",
          "metrics.yaml");

  /** The rollouts among them, and the features that they are of. */
  static final List<String> ROLLOUTS = List.of("one-click-pay", "instant-search");

  private DemoFiles() {}

  /** Writes those that are not there into a directory, which is created. */
  static void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (String name : NAMES) {
      Path file = directory.resolve(name);
      if (Files.notExists(file)) {
        Files.write(file, read(name));
      }
    }
  }

  static byte[] read(String name) throws IOException {
    try (InputStream resource = DemoFiles.class.getResourceAsStream("/demo/" + name)) {
      if (resource == null) {
        throw new IllegalStateException("/demo/" + name + ": not in the jar (expected: in it)");
      }
      return resource.readAllBytes();
    }
  }

  /** Removes a directory with all that is in it. */
  static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
