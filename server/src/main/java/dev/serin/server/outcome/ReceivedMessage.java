package dev.serin.server.outcome;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The bytes of a message as they were received; none where it is larger than allowed. */
final class ReceivedMessage {
  private static final ReceivedMessage TOO_LARGE = new ReceivedMessage(new byte[0], true);

  private final byte[] bytes;
  private final boolean tooLarge;

  private ReceivedMessage(byte[] bytes, boolean tooLarge) {
    this.bytes = bytes;
    this.tooLarge = tooLarge;
  }

  /** Copies the bytes out of a stream, which ends with this call of the event loop. */
  static ReceivedMessage read(InputStream stream) {
    try {
      byte[] bytes = stream.readNBytes(OutcomeLimits.MESSAGE_BYTES_MAX + 1);
      return bytes.length > OutcomeLimits.MESSAGE_BYTES_MAX
          ? TOO_LARGE
          : new ReceivedMessage(bytes, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes() {
    return bytes;
  }

  boolean isTooLarge() {
    return tooLarge;
  }
}
