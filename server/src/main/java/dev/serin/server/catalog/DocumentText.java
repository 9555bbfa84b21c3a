package dev.serin.server.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** The text of a file of documents: UTF-8, not empty, not larger than anybody writes by hand. */
final class DocumentText {
  /** Bytes of one file: half of what one apply takes. */
  static final long MAX_FILE_BYTES = 8L << 20;

  private DocumentText() {}

  /**
   * The bytes of a file that was found in a directory, or null where it has an error of its own,
   * which is added. Opening a pipe waits for whoever writes to it, so what is no regular file is an
   * error; links are followed.
   */
  static byte @Nullable [] read(Path file, FileErrors errors) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.isRegularFile()) {
        return readNamed(file, errors);
      }
      errors.addOfFile(
          (attributes.isDirectory() ? "a folder" : "a pipe, a socket or a device")
              + " (expected: a regular file)");
    } catch (IOException e) {
      addUnreadable(e, errors);
    }
    return null;
  }

  /** The bytes of a file that somebody named, which may be a pipe; else as {@link #read}. */
  static byte @Nullable [] readNamed(Path file, FileErrors errors) {
    try (InputStream in = Files.newInputStream(file)) {
      // The size is taken from what is read: a file may grow while it is looked at.
      byte[] bytes = in.readNBytes((int) MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        errors.addOfFile(
            Math.max(Files.size(file), bytes.length)
                + " bytes (expected: at most "
                + MAX_FILE_BYTES
                + ")");
        return null;
      }
      return bytes;
    } catch (IOException e) {
      addUnreadable(e, errors);
    }
    return null;
  }

  /** Adds why a file cannot be read. */
  static void addUnreadable(IOException e, FileErrors errors) {
    errors.addOfFile(
        e instanceof NoSuchFileException
            ? "not there (expected: a file)"
            : "cannot be read: " + e.getMessage());
  }

  /** The text of these bytes, or null where they are none; the error is added. */
  static @Nullable String decode(byte[] bytes, FileErrors errors) {
    if (bytes.length > MAX_FILE_BYTES) {
      errors.addOfFile(bytes.length + " bytes (expected: at most " + MAX_FILE_BYTES + ")");
      return null;
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1);
    if (decoder.decode(in, out, true).isError()) {
      addNoText(bytes, in.position(), errors);
      return null;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        addNoText(bytes, i, errors);
        return null;
      }
    }
    String text = out.flip().toString();
    if (text.isBlank()) {
      errors.addOfFile("empty (expected: at least one document)");
      return null;
    }
    return text;
  }

  private static void addNoText(byte[] bytes, int position, FileErrors errors) {
    errors.addOfFile(
        String.format(
            "byte 0x%02X at offset %d (expected: YAML or JSON as UTF-8 text)",
            bytes[position] & 0xFF, position));
  }
}
