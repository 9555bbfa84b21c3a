package dev.serin.server.catalog;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a directory of documents holds: {@code DIR/NAMESPACE/…}, files directly in it for the
 * namespace {@code default}.
 *
 * @param readable false: nobody knows what the directory holds, so nothing follows from it
 * @param namespaces by name; a folder without files is in it, a folder that is gone is not
 * @param errors of the directory as a whole: it cannot be read, a folder is no namespace
 */
record DirectoryContent(
    boolean readable, Map<String, NamespaceFiles> namespaces, List<FileError> errors) {
  /** Bytes of all files together: they are in memory at once. */
  static final long MAX_BYTES = 256L << 20;

  DirectoryContent {
    namespaces = Map.copyOf(namespaces);
    errors = List.copyOf(errors);
  }

  /** Reads the directory now. Names in errors are relative to it. */
  static DirectoryContent read(Path directory) {
    List<FileError> errors = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      errors.add(FileError.ofFile(directory.toString(), "not there (expected: a directory)"));
      return new DirectoryContent(false, Map.of(), errors);
    }
    List<Path> entries = DocumentFiles.entries(directory, errors);
    if (!errors.isEmpty()) {
      return new DirectoryContent(false, Map.of(), errors);
    }
    Map<String, Reading> readings = new TreeMap<>();
    AtomicLong bytesLeft = new AtomicLong(MAX_BYTES);
    for (Path entry : entries) {
      String name = entry.getFileName().toString();
      boolean folder = Files.isDirectory(entry);
      if (folder && !RequestChecks.isNamespace(name)) {
        errors.add(
            FileError.ofFile(
                name + "/", "no namespace (expected: a folder named [a-z0-9][a-z0-9-]*)"));
      } else if (folder || DocumentFiles.isDocumentFile(entry)) {
        readings
            .computeIfAbsent(
                folder ? name : NamespaceCommands.DEFAULT,
                namespace -> new Reading(directory, bytesLeft))
            .add(entry);
      }
    }
    Map<String, NamespaceFiles> namespaces = new TreeMap<>();
    readings.forEach((name, reading) -> namespaces.put(name, reading.end(name)));
    return new DirectoryContent(true, namespaces, errors);
  }

  /** The reading of the files of one namespace. */
  private static final class Reading {
    private final Path directory;
    private final AtomicLong bytesLeft;
    private final MessageDigest digest = sha256();
    private final List<ParsedDocuments> parts = new ArrayList<>();
    private int files;

    Reading(Path directory, AtomicLong bytesLeft) {
      this.directory = directory;
      this.bytesLeft = bytesLeft;
    }

    /** Adds a file, or all files of a folder. */
    void add(Path entry) {
      if (!Files.isDirectory(entry)) {
        addFile(entry);
        return;
      }
      List<FileError> errors = new ArrayList<>();
      DocumentFiles.list(entry, errors).forEach(this::addFile);
      if (!errors.isEmpty()) {
        parts.add(new ParsedDocuments(List.of(), errors));
        hash(errors.toString().getBytes(StandardCharsets.UTF_8));
      }
    }

    private void addFile(Path file) {
      String name = directory.relativize(file).toString();
      FileErrors errors = new FileErrors(name);
      byte[] bytes = DocumentText.read(file, errors);
      if (bytes != null && bytesLeft.addAndGet(-bytes.length) < 0) {
        errors.addOfFile(
            "the directory's files are too large (expected: at most " + MAX_BYTES + " bytes)");
        bytes = null;
      }
      ParsedDocuments part = DocumentFiles.parse(name, bytes, errors);
      parts.add(part);
      files++;
      hash(name.getBytes(StandardCharsets.UTF_8));
      // Errors too: a file that could not be read is not the same as an empty one.
      hash(bytes == null ? part.errors().toString().getBytes(StandardCharsets.UTF_8) : bytes);
    }

    private void hash(byte[] bytes) {
      digest.update(bytes);
      digest.update((byte) 0);
    }

    NamespaceFiles end(String namespace) {
      return new NamespaceFiles(
          namespace,
          ParsedDocuments.merge(parts),
          files,
          HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("SHA-256: every JDK has it", e);
      }
    }
  }
}
