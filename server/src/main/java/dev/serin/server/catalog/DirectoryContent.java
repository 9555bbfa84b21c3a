package dev.serin.server.catalog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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
  /** Bytes of all files of a namespace: they are in memory at once. */
  static final long MAX_NAMESPACE_BYTES = 256L << 20;

  DirectoryContent {
    namespaces = Map.copyOf(namespaces);
    errors = List.copyOf(errors);
  }

  /** Looks at the directory now. Names in errors are relative to it. */
  static DirectoryContent look(Path directory, FileReadings readings) {
    List<FileError> errors = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      errors.add(FileError.ofFile(directory.toString(), "not there (expected: a directory)"));
      return new DirectoryContent(false, Map.of(), errors);
    }
    List<Path> entries = DocumentFiles.entries(directory, errors);
    Set<Path> above = real(directory, errors);
    if (!errors.isEmpty()) {
      return new DirectoryContent(false, Map.of(), errors);
    }
    Map<String, Gathering> gatherings = new TreeMap<>();
    for (Path entry : entries) {
      String name = entry.getFileName().toString();
      boolean folder = Files.isDirectory(entry);
      if (folder && !RequestChecks.isNamespace(name)) {
        errors.add(
            FileError.ofFile(
                name + "/", "no namespace (expected: a folder named [a-z0-9][a-z0-9-]*)"));
      } else if (folder || DocumentFiles.isDocumentFile(entry)) {
        gatherings
            .computeIfAbsent(folder ? name : NamespaceCommands.DEFAULT, key -> new Gathering())
            .add(entry, above);
      }
    }
    Set<Path> all = new HashSet<>();
    Map<String, NamespaceFiles> namespaces = new TreeMap<>();
    gatherings.forEach(
        (name, gathering) -> {
          namespaces.put(name, gathering.end(name, directory, readings));
          all.addAll(gathering.files);
        });
    readings.keepOnly(all);
    return new DirectoryContent(true, namespaces, errors);
  }

  private static Set<Path> real(Path directory, List<FileError> errors) {
    try {
      return Set.of(directory.toRealPath());
    } catch (IOException e) {
      errors.add(FileError.ofFile(directory.toString(), "cannot be read: " + e.getMessage()));
      return Set.of();
    }
  }

  /** The gathering of the files of one namespace. */
  private static final class Gathering {
    private final List<Path> files = new ArrayList<>();
    private final List<FileError> errors = new ArrayList<>();

    /** Adds a file, or all files of a folder. */
    void add(Path entry, Set<Path> above) {
      if (Files.isDirectory(entry)) {
        files.addAll(DocumentFiles.list(entry, above, errors));
      } else {
        files.add(entry);
      }
    }

    NamespaceFiles end(String namespace, Path directory, FileReadings readings) {
      MessageDigest digest = FileReadings.sha256();
      List<ParsedDocuments> said = new ArrayList<>();
      long bytes = files.stream().mapToLong(Gathering::sizeBytes).sum();
      if (bytes > MAX_NAMESPACE_BYTES) {
        errors.add(
            FileError.ofFile(
                namespace + "/",
                bytes + " bytes of files (expected: at most " + MAX_NAMESPACE_BYTES + ")"));
        files.clear();
      }
      for (Path file : files) {
        FileReadings.Reading reading = readings.of(file);
        String line = directory.relativize(file) + "\n" + reading.hash() + "\n";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
        said.add(reading.documents());
      }
      digest.update(errors.toString().getBytes(StandardCharsets.UTF_8));
      String fingerprint = HexFormat.of().formatHex(digest.digest());
      return new NamespaceFiles(namespace, said, errors, fingerprint);
    }

    private static long sizeBytes(Path file) {
      try {
        return Files.size(file);
      } catch (IOException e) {
        // Reading the file tells what is wrong with it.
        return 0;
      }
    }
  }
}
