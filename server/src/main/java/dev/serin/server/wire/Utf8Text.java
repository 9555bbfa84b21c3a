package dev.serin.server.wire;

import com.google.common.base.Utf8;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whether bytes are text, as protobuf asks of every string field; allocates nothing. */
public final class Utf8Text {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Set in a byte that is not ASCII. */
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8Text() {}

  /** Whether so many bytes from an offset on are UTF-8. */
  public static boolean isWellFormed(byte[] bytes, int offset, int length) {
    int at = offset;
    int end = offset + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      if (((long) WORDS.get(bytes, at) & HIGH_BITS) != 0) {
        return Utf8.isWellFormed(bytes, at, end - at);
      }
    }
    for (; at < end; at++) {
      if (bytes[at] < 0) {
        return Utf8.isWellFormed(bytes, at, end - at);
      }
    }
    return true;
  }
}
