package dev.serin.server.decision;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Ready-made bytes as the transport takes a message: written in one piece. */
final class AnswerStream extends InputStream implements Drainable, KnownLength {
  private final byte[] bytes;
  private int at;

  AnswerStream(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    int count = available();
    target.write(bytes, at, count);
    at = bytes.length;
    return count;
  }

  @Override
  public int available() {
    return bytes.length - at;
  }

  @Override
  public int read() {
    return at < bytes.length ? bytes[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    int count = Math.min(length, available());
    if (count == 0) {
      return -1;
    }
    System.arraycopy(bytes, at, target, offset, count);
    at += count;
    return count;
  }
}
