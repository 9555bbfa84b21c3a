package dev.serin.server.catalog;

import dev.serin.engine.SnapshotSource;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The last good snapshot of each namespace on disk, one file each: for a start without the store.
 *
 * <p>A file is written beside its place, forced to disk and renamed, so that there is always a
 * whole one; a checksum at its end tells a damaged one. It names the store it was read from, since
 * two stores may hold namespaces of one name. For one thread at a time.
 */
final class SnapshotFiles {
  /** First bytes of a file: what it is, and the version of its form. */
  private static final long MAGIC = 0x534552494e530004L;

  /** What is left free on the disk, which an embedded store beside needs for kill switches. */
  private static final long LEFT_FREE_BYTES = 4L << 20;

  /** Bytes written at once; the free room is looked at before each. */
  private static final int CHUNK_BYTES = 64 << 10;

  private static final String SUFFIX = ".snapshot";
  private static final String UNFINISHED = ".tmp";

  private final Path directory;
  private final String address;

  /** What tells the store at the address from others; empty: it was not read yet. */
  private volatile String identity = "";

  /**
   * Files in a directory.
   *
   * @param address where the store is that they are for
   */
  SnapshotFiles(Path directory, String address) {
    this.directory = directory;
    this.address = address;
  }

  /** A snapshot that was saved. */
  record Saved(SnapshotSource source, long savedAtMillis) {}

  /** How a file begins: when it was saved, and which store it was read from. */
  private record Head(long savedAtMillis, String identity, String address) {}

  /** The file is whole and of another store. */
  static final class OtherStoreException extends IOException {
    OtherStoreException(String message) {
      super(message);
    }
  }

  /**
   * Says which store is there: snapshots are saved as its own, and those of other stores, one that
   * was there before for example, are removed.
   *
   * @return the files that were removed
   */
  List<Path> claim(String identity) throws IOException {
    this.identity = identity;
    List<Path> removed = new ArrayList<>();
    for (String namespace : namespaces()) {
      Path file = file(namespace);
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
        if (readHead(in).identity().equals(identity)) {
          continue;
        }
      } catch (IOException e) {
        continue; // Damaged: whoever loads it says so.
      }
      Files.deleteIfExists(file);
      removed.add(file);
    }
    return removed;
  }

  /**
   * Removes the files of all namespaces but these, readable or not.
   *
   * @return the files that were removed
   */
  List<Path> removeAllBut(Set<String> kept) throws IOException {
    List<Path> removed = new ArrayList<>();
    for (String namespace : namespaces()) {
      if (!kept.contains(namespace) && Files.deleteIfExists(file(namespace))) {
        removed.add(file(namespace));
      }
    }
    return removed;
  }

  void save(SnapshotSource source, long nowMillis) throws IOException {
    Files.createDirectories(directory);
    Path file = file(source.namespace());
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    try {
      write(source, nowMillis, unfinished);
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      // Half a file is no use to anybody, and holds room where there is little.
      Files.deleteIfExists(unfinished);
      throw e;
    }
    syncDirectory();
  }

  private void write(SnapshotSource source, long nowMillis, Path unfinished) throws IOException {
    try (FileOutputStream bytes = new RoomLeavingStream(unfinished);
        CheckedOutputStream checked =
            new CheckedOutputStream(new BufferedOutputStream(bytes, CHUNK_BYTES), new CRC32C());
        DataOutputStream out = new DataOutputStream(checked)) {
      out.writeLong(MAGIC);
      out.writeLong(nowMillis);
      out.writeUTF(identity);
      out.writeUTF(address);
      SnapshotCodec.write(source, out);
      out.writeLong(checked.getChecksum().getValue());
      out.flush();
      bytes.getFD().sync();
    }
  }

  /** A file that does not take the last room of its disk. */
  private static final class RoomLeavingStream extends FileOutputStream {
    private final File file;

    RoomLeavingStream(Path path) throws IOException {
      super(path.toFile());
      file = path.toFile();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      long freeBytes = file.getUsableSpace();
      if (freeBytes < LEFT_FREE_BYTES + length && file.getTotalSpace() > 0) {
        throw new IOException(
            "snapshot "
                + file
                + ": "
                + freeBytes
                + " bytes free (expected: more than "
                + LEFT_FREE_BYTES
                + ")");
      }
      super.write(bytes, offset, length);
    }
  }

  void delete(String namespace) throws IOException {
    Files.deleteIfExists(file(namespace));
  }

  /** Names of the namespaces there are files of. */
  List<String> namespaces() throws IOException {
    List<String> namespaces = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
        for (Path file : files) {
          String name = String.valueOf(file.getFileName());
          namespaces.add(name.substring(0, name.length() - SUFFIX.length()));
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    namespaces.sort(null);
    return namespaces;
  }

  /**
   * Reads a snapshot whole; a damaged file is an IOException that names it.
   *
   * @throws OtherStoreException if it was read from a store elsewhere
   */
  Saved load(String namespace) throws IOException {
    Path file = file(namespace);
    try (CheckedInputStream checked =
            new CheckedInputStream(
                new BufferedInputStream(Files.newInputStream(file)), new CRC32C());
        DataInputStream in = new DataInputStream(checked)) {
      Head head = readHead(in);
      SnapshotSource source = SnapshotCodec.read(in);
      long checksum = checked.getChecksum().getValue();
      if (in.readLong() != checksum || in.read() >= 0) {
        throw new IOException("wrong checksum");
      }
      if (!source.namespace().equals(namespace)) {
        throw new IOException("namespace \"" + source.namespace() + "\"");
      }
      if (!head.address().equals(address)) {
        throw new OtherStoreException(
            "snapshot "
                + file
                + ": of store "
                + head.address()
                + " (expected: of "
                + address
                + ")");
      }
      return new Saved(source, head.savedAtMillis());
    } catch (OtherStoreException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new IOException(
          "snapshot " + file + ": damaged: " + e.getMessage() + " (expected: a whole file)", e);
    }
  }

  private static Head readHead(DataInputStream in) throws IOException {
    if (in.readLong() != MAGIC) {
      throw new IOException("not a snapshot of this version");
    }
    return new Head(in.readLong(), in.readUTF(), in.readUTF());
  }

  private Path file(String namespace) {
    return directory.resolve(namespace + SUFFIX);
  }

  /** Makes the rename last. */
  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
