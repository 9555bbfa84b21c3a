package dev.serin.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The project's own files, wherever in it the tests were started. */
final class House {
  /** Each module with the one package its sources may live in. */
  static final Map<String, String> PACKAGE_OF_MODULE =
      Map.of(
          "proto", "dev.serin.v1",
          "engine", "dev.serin.engine",
          "server", "dev.serin.server",
          "client-sdk", "dev.serin.client",
          "loadtest", "dev.serin.loadtest");

  /** What builds, tools and version control put beside the sources. */
  private static final Set<String> NOT_OURS =
      Set.of(".git", "target", ".idea", ".vscode", "node_modules", "__pycache__");

  private House() {}

  /** The folder that holds the reactor's pom. */
  static Path root() {
    for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
      if (Files.exists(dir.resolve(".mvn/errorprone.config"))) {
        return dir;
      }
    }
    throw new IllegalStateException(
        "working directory: " + Path.of("").toAbsolutePath() + " (expected: inside the project)");
  }

  /** All files of the project, in a stable order. */
  static List<Path> files() {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          root(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
              return NOT_OURS.contains(dir.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              // In a second work tree .git is a file.
              if (attributes.isRegularFile() && !NOT_OURS.contains(file.getFileName().toString())) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(Comparator.naturalOrder());
    return files;
  }

  /** All Java sources of all modules, tests included. */
  static List<Path> javaSources() {
    return files().stream().filter(file -> file.toString().endsWith(".java")).toList();
  }

  static boolean isTest(Path file) {
    return root().relativize(file).toString().contains("src/test/");
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** The path as a reader of a failure would type it. */
  static String name(Path file) {
    return root().relativize(file).toString();
  }
}
