package dev.serin.server.rollout.webhook;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets out of a file: lines of {@code name=value}, UTF-8; empty lines and those that begin with
 * {@code #} are skipped. What follows the first {@code =} is the secret, without the blanks around.
 *
 * <p>The file is read again when it has changed, so that a secret is replaced without a restart;
 * while it cannot be read or has errors, the secrets it had go on. Safe for all threads.
 */
public final class SecretsFile implements Secrets {
  /** Bytes of a file; a real one has some hundred. */
  private static final long SIZE_BYTES_MAX = 64 * 1024;

  /** As documents may name them. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private static final Set<PosixFilePermission> OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  private static final Logger log = LoggerFactory.getLogger(SecretsFile.class);

  private final Path path;
  private Map<String, String> secrets = Map.of();
  private @Nullable Stamp read;
  private boolean unreadable;

  /** What tells whether the file has changed. */
  private record Stamp(FileTime time, long sizeBytes) {}

  /** Secrets of a file; nothing is read yet. */
  public SecretsFile(Path path) {
    this.path = path;
  }

  /**
   * Everything wrong with the file now, each with its line and without what stands there; empty: a
   * server can start with it.
   */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    try {
      parse(problems);
    } catch (IOException e) {
      problems.add("a file that can be read: " + e.getMessage());
    }
    return problems;
  }

  /** What should be done about who may read the file; empty: nothing, or nobody can tell. */
  public Optional<String> warning() {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
      return permissions.stream().anyMatch(OTHERS::contains)
          ? Optional.of(
              "secrets: %s is %s (expected: rw-------, so that nobody else reads it)"
                  .formatted(path, PosixFilePermissions.toString(permissions)))
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  @Override
  public synchronized Optional<String> get(String name) {
    refresh();
    return Optional.ofNullable(secrets.get(name));
  }

  private void refresh() {
    try {
      Stamp now = new Stamp(Files.getLastModifiedTime(path), Files.size(path));
      if (now.equals(read)) {
        return;
      }
      List<String> problems = new ArrayList<>();
      Map<String, String> parsed = parse(problems);
      read = now;
      if (problems.isEmpty()) {
        secrets = parsed;
      } else {
        complain(problems.getFirst());
      }
      unreadable = false;
    } catch (IOException e) {
      read = null;
      // Once, until it can be read again.
      if (!unreadable) {
        complain("a file that can be read: " + e.getMessage());
      }
      unreadable = true;
    }
  }

  private void complain(String expected) {
    log.warn("secrets: {} (expected: {}); those read before stay", path, expected);
  }

  private Map<String, String> parse(List<String> problems) throws IOException {
    Map<String, String> parsed = new HashMap<>();
    if (!Files.isRegularFile(path)) {
      problems.add("a file that exists");
      return parsed;
    }
    if (Files.size(path) > SIZE_BYTES_MAX) {
      problems.add("a file of at most " + SIZE_BYTES_MAX + " bytes");
      return parsed;
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(path);
    } catch (CharacterCodingException e) {
      problems.add("a text file in UTF-8");
      return parsed;
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      String name = equals < 0 ? "" : line.substring(0, equals).strip();
      String value = line.substring(equals + 1).strip();
      if (!NAME.matcher(name).matches() || value.isEmpty()) {
        problems.add("name=value in line " + (i + 1) + ", the name " + NAME);
      } else if (parsed.put(name, value) != null) {
        problems.add("each name once; that of line " + (i + 1) + " stands above it already");
      }
    }
    return parsed;
  }

  /** Without what it holds. */
  @Override
  public String toString() {
    return "secrets of " + path;
  }
}
