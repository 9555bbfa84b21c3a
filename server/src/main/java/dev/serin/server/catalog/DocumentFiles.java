package dev.serin.server.catalog;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.serin.v1.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Documents as files: YAML or JSON in the proto's JSON form, several in one file, and back.
 *
 * <p>A file holds documents separated by {@code ---}, or a list of them. Names are the proto's or
 * lowerCamelCase; enums may be written short ({@code type: bool}); texts follow YAML 1.2, where
 * {@code NO} and {@code off} are texts. Reading goes on after an error, so that one look at a file
 * finds all of them.
 *
 * <p>A text that was cut in the middle of a line or of a JSON text is an error. Between two entries
 * of a list YAML cannot tell: write a file beside its place and rename it.
 */
public final class DocumentFiles {
  /** Files of one directory, those below it included. */
  static final int MAX_FILES = 10_000;

  /** Folders inside each other. */
  static final int MAX_FOLDER_DEPTH = 16;

  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().preservingProtoFieldNames().sortingMapKeys();

  private DocumentFiles() {}

  /** Reads the documents of a text; the name stands in errors. */
  public static ParsedDocuments parse(String name, byte[] content) {
    return parse(content, new FileErrors(name));
  }

  /** Reads a file, which may be a pipe, or all regular files of a directory and its folders. */
  public static ParsedDocuments read(Path path) {
    if (!Files.isDirectory(path)) {
      FileErrors errors = new FileErrors(path.toString());
      return parse(DocumentText.readNamed(path, errors), errors);
    }
    List<FileError> errors = new ArrayList<>();
    List<ParsedDocuments> parts = new ArrayList<>();
    for (Path file : list(path, errors)) {
      FileErrors ofFile = new FileErrors(file.toString());
      parts.add(parse(DocumentText.read(file, ofFile), ofFile));
    }
    parts.add(new ParsedDocuments(List.of(), errors));
    return ParsedDocuments.merge(parts);
  }

  /** The documents as YAML, separated by {@code ---}. */
  public static String yaml(List<Document> documents) {
    return documents.stream().map(YamlPrinter::print).collect(Collectors.joining("---\n"));
  }

  /** An answer of the API as YAML, written like the documents in it. */
  public static String yaml(Message answer) {
    return YamlPrinter.print(answer);
  }

  /** The documents as JSON: one as an object, any other number as a list. */
  public static String json(List<Document> documents) {
    List<String> texts = new ArrayList<>();
    try {
      for (Document document : documents) {
        texts.add(YamlComposer.escapeUnprintable(JSON.print(document)));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
    return texts.size() == 1 ? texts.get(0) + "\n" : "[" + String.join(", ", texts) + "]\n";
  }

  /** The files of documents in a directory and its folders, in the order of their paths. */
  static List<Path> list(Path directory, List<FileError> errors) {
    return list(directory, Set.of(), errors);
  }

  /**
   * The files of documents in a folder and its folders, in the order of their paths.
   *
   * @param above real paths of the folders it stands in: a link to one of them leads in a circle
   */
  static List<Path> list(Path directory, Set<Path> above, List<FileError> errors) {
    List<Path> files = new ArrayList<>();
    list(directory, 0, above, files, errors);
    if (files.size() > MAX_FILES) {
      errors.add(
          FileError.ofFile(
              directory.toString(), files.size() + " files (expected: at most " + MAX_FILES + ")"));
      return List.of();
    }
    return files;
  }

  private static void list(
      Path directory, int depth, Set<Path> above, List<Path> files, List<FileError> errors) {
    if (depth > MAX_FOLDER_DEPTH) {
      errors.add(
          FileError.ofFile(
              directory.toString(),
              "more than " + MAX_FOLDER_DEPTH + " folders deep (expected: fewer)"));
      return;
    }
    Set<Path> around = new HashSet<>(above);
    try {
      if (!around.add(directory.toRealPath())) {
        errors.add(
            FileError.ofFile(
                directory.toString(), "a link to a folder that it stands in (expected: none)"));
        return;
      }
    } catch (IOException e) {
      errors.add(FileError.ofFile(directory.toString(), "cannot be read: " + e.getMessage()));
      return;
    }
    for (Path entry : entries(directory, errors)) {
      if (Files.isDirectory(entry)) {
        list(entry, depth + 1, around, files, errors);
      } else if (isDocumentFile(entry)) {
        files.add(entry);
      }
    }
  }

  /** What a directory holds by name, without what is hidden. */
  static List<Path> entries(Path directory, List<FileError> errors) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(entry -> !isHidden(entry)).sorted().toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      errors.add(FileError.ofFile(directory.toString(), "cannot be read: " + e.getMessage()));
      return List.of();
    }
  }

  /** True: a name this reader cares for; what editors leave beside files does not count. */
  static boolean isDocumentFile(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return !isHidden(file)
        && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
  }

  /** Hidden files, and those that editors leave: {@code x~}, {@code #x#}, {@code .x.swp}. */
  private static boolean isHidden(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.startsWith(".") || name.startsWith("#") || name.endsWith("~");
  }

  private static ParsedDocuments parse(byte @Nullable [] content, FileErrors errors) {
    String text = content == null ? null : DocumentText.decode(content, errors);
    List<LocatedDocument> documents = new ArrayList<>();
    if (text != null) {
      NodeDecoder decoder = new NodeDecoder(errors);
      for (YamlNode root : YamlComposer.compose(text, errors)) {
        List<YamlNode> nodes =
            root instanceof YamlNode.Sequence list ? list.items() : List.of(root);
        for (YamlNode node : nodes) {
          // Nothing between two --- is nothing.
          if (!YamlScalars.isNull(node)) {
            documents.add(new LocatedDocument(errors.file(), node, decoder.document(node)));
          }
        }
      }
      if (documents.isEmpty() && errors.size() == 0) {
        errors.addOfFile("empty (expected: at least one document)");
      }
    }
    return new ParsedDocuments(documents, errors.toList());
  }
}
