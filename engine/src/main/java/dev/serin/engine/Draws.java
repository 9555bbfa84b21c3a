package dev.serin.engine;

import dev.serin.v1.Draw;
import java.util.HexFormat;

/** Draws as messages. */
final class Draws {
  private static final HexFormat HEX = HexFormat.of();

  /** Bits of a draw that a double below one holds. */
  private static final int DOUBLE_BITS = 53;

  private Draws() {}

  /** Returns the message of a draw that fell into a range. */
  static Draw of(Unit unit, String salt, long draw, long total, String range) {
    return Draw.newBuilder()
        .setUnit(unit.name())
        .setSalt(salt)
        .setValue(hex(draw))
        .setPosition((draw >>> (Long.SIZE - DOUBLE_BITS)) * 0x1p-53)
        .setBucket((int) Bucketing.bucket(draw, total))
        .setTotal((int) total)
        .setRange(range)
        .build();
  }

  /** Returns 64 bits as 16 hexadecimal digits. */
  static String hex(long bits) {
    return HEX.toHexDigits(bits);
  }
}
