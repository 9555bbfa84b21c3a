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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a directory say, kept while a file's size, time and identity stay the same, so
 * that a look at ten thousand files of which one changed reads that one.
 *
 * <p>Kept are the documents, without the trees they were read from: where an error needs a place in
 * a file, that file is read again. Not thread-safe.
 */
final class FileReadings {
  /**
   * A file that changed just before it was read may change again without its time showing it: file
   * systems count in steps of up to two seconds.
   */
  private static final Duration TIME_STEP = Duration.ofSeconds(2);

  private final Path directory;
  private final InstantSource clock;
  private final Map<Path, Known> known = new HashMap<>();

  /** Files whose trees were needed for errors since the last look. */
  private final Map<Path, ParsedDocuments> readAgain = new HashMap<>();

  /**
   * What a file says.
   *
   * @param hash of its bytes; of a file that cannot be read, of the reason
   */
  record Reading(String hash, ParsedDocuments documents) {}

  /** What tells a changed file without reading it; links are followed. */
  private record Look(long sizeBytes, FileTime modified, @Nullable Object identity) {
    static Look at(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Look(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }
  }

  private record Known(Look look, Instant readTime, Reading reading) {
    boolean isCertain(Look now) {
      return look.equals(now) && look.modified().toInstant().plus(TIME_STEP).isBefore(readTime);
    }
  }

  /**
   * No readings yet.
   *
   * @param directory names in errors are relative to it
   */
  FileReadings(Path directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** What a file says now. */
  Reading of(Path file) {
    Known before = known.get(file);
    FileErrors errors = new FileErrors(name(file));
    try {
      Look now = Look.at(file);
      if (before != null && before.isCertain(now)) {
        return before.reading();
      }
      Instant readTime = clock.instant();
      byte[] bytes = DocumentText.read(file, errors);
      if (bytes != null) {
        Reading reading = reading(file, bytes, before);
        known.put(file, new Known(now, readTime, reading));
        return reading;
      }
    } catch (IOException e) {
      DocumentText.addUnreadable(e, errors);
    }
    // Not kept: what made it unreadable may end without the file's time showing it.
    known.remove(file);
    return new Reading(
        hash(errors.toList().toString().getBytes(StandardCharsets.UTF_8)),
        new ParsedDocuments(List.of(), errors.toList()));
  }

  private Reading reading(Path file, byte[] bytes, @Nullable Known before) {
    String hash = hash(bytes);
    if (before != null && before.reading().hash().equals(hash)) {
      return before.reading();
    }
    ParsedDocuments parsed = DocumentFiles.parse(name(file), bytes);
    List<LocatedDocument> kept = new ArrayList<>();
    for (int i = 0; i < parsed.documents().size(); i++) {
      int index = i;
      kept.add(parsed.documents().get(i).withTree(() -> tree(file, hash, index)));
    }
    return new Reading(hash, new ParsedDocuments(kept, parsed.errors()));
  }

  /** The tree of a document of a file; null: the file does not say that any more. */
  private @Nullable YamlNode tree(Path file, String hash, int index) {
    ParsedDocuments again = readAgain.get(file);
    if (again == null) {
      byte[] bytes = DocumentText.read(file, new FileErrors(name(file)));
      if (bytes == null || !hash(bytes).equals(hash)) {
        return null;
      }
      again = DocumentFiles.parse(name(file), bytes);
      readAgain.put(file, again);
    }
    return again.documents().get(index).tree();
  }

  /** Forgets all files but these; begins a look. */
  void keepOnly(Set<Path> files) {
    known.keySet().retainAll(files);
    readAgain.clear();
  }

  private String name(Path file) {
    return directory.relativize(file).toString();
  }

  private static String hash(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: every JDK has it", e);
    }
  }
}
