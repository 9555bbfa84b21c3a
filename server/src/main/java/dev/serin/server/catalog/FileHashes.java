package dev.serin.server.catalog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of files' bytes, kept while a file's size, time and identity stay the same, so that a
 * look at ten thousand files that nobody touched reads none of them. Not thread-safe.
 */
final class FileHashes {
  /**
   * A file that changed just before it was read may change again without its time showing it: file
   * systems count in steps of up to two seconds.
   */
  private static final Duration TIME_STEP = Duration.ofSeconds(2);

  private final InstantSource clock;
  private final Map<Path, Known> known = new HashMap<>();

  /** What tells a changed file without reading it; links are followed. */
  private record Look(long sizeBytes, FileTime modified, @Nullable Object identity) {}

  private record Known(Look look, Instant readTime, String hash) {
    boolean isCertain(Look now) {
      return look.equals(now) && look.modified().toInstant().plus(TIME_STEP).isBefore(readTime);
    }
  }

  FileHashes(InstantSource clock) {
    this.clock = clock;
  }

  /** The hash of a file as it is now; of a file that cannot be read, that of the reason. */
  String of(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Look now = new Look(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
      Known before = known.get(file);
      if (before != null && before.isCertain(now)) {
        return before.hash();
      }
      Instant readTime = clock.instant();
      FileErrors errors = new FileErrors("");
      byte[] bytes = DocumentText.read(file, errors);
      if (bytes == null) {
        // Not kept: what made it unreadable may end without the file's time showing it.
        known.remove(file);
        return hash(errors.toList());
      }
      String hash = hex(sha256().digest(bytes));
      known.put(file, new Known(now, readTime, hash));
      return hash;
    } catch (IOException e) {
      known.remove(file);
      return hash(e);
    }
  }

  /** Forgets all files but these. */
  void keepOnly(Set<Path> files) {
    known.keySet().retainAll(files);
  }

  private static String hash(Object reason) {
    return hex(sha256().digest(reason.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static String hex(byte[] hash) {
    return HexFormat.of().formatHex(hash);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: every JDK has it", e);
    }
  }
}
