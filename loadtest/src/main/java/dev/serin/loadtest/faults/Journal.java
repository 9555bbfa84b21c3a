package dev.serin.loadtest.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a producer's process has done, in a file that outlives its death: written to memory that the
 * operating system keeps.
 */
final class Journal {
  private static final int REPORTED = 0;
  private static final int KEPT = Long.BYTES;
  private static final int BYTES = 2 * Long.BYTES;

  private final MappedByteBuffer numbers;

  private Journal(MappedByteBuffer numbers) {
    this.numbers = numbers;
  }

  static Journal create(Path file) throws IOException {
    Files.write(file, new byte[BYTES]);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new Journal(channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES));
    }
  }

  /** Notes, before it is done, that so many are reported. */
  void reported(long count) {
    numbers.putLong(REPORTED, count);
  }

  /** Notes that so many are acknowledged or on disk. */
  void kept(long count) {
    numbers.putLong(KEPT, count);
  }

  /** Reads the journal of a process that is gone. */
  static Life read(Path file, boolean ended) throws IOException {
    var numbers = ByteBuffer.wrap(Files.readAllBytes(file));
    return new Life(numbers.getLong(REPORTED), numbers.getLong(KEPT), ended);
  }
}
