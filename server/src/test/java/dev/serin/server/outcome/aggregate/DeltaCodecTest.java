package dev.serin.server.outcome.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.v1.Arm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class DeltaCodecTest {
  private final Random random = new Random(20_261_125);

  @Test
  void codec_randomDeltas_roundTrip() {
    for (int round = 0; round < 60; round++) {
      byte[] bytes = DeltaCodec.encode(delta(random.nextInt(800)));
      Delta read = DeltaCodec.decode(bytes);
      assertThat(DeltaCodec.encode(read)).isEqualTo(bytes);
      Delta merged = new Delta();
      merged.merge(read);
      assertThat(DeltaCodec.encode(merged)).isEqualTo(bytes);
    }
  }

  @Test
  void codec_thinnedDelta_keepsBothPartsOfItsSets() {
    Place treated = Events.place(2, Arm.ARM_TREATMENT, "new");
    Delta read = DeltaCodec.decode(DeltaCodec.encode(golden()));
    assertThat(read.thinning()).isEqualTo(new Thinning(3, 1));
    PlaceSets sets = read.setsOf(treated);
    CellKey error = new CellKey(treated, "error", -2);
    for (SeenUnits each : List.of(sets.exposed(), sets.marked(), sets.event(error))) {
      assertThat(each.counted().isEmpty()).isFalse();
      assertThat(each.before().isEmpty()).isFalse();
    }
    for (int id = 0; id < read.unitCount(); id++) {
      assertThat(read.thinning().keeps(read.units().hashOf(id))).isTrue();
    }
  }

  @Test
  void codec_seenBeforeTheFirstGeneration_isRefused() {
    byte[] bytes = DeltaCodec.encode(golden());
    // Generation and level follow the version.
    bytes[1] = 0;
    bytes[2] = 0;
    assertThatThrownBy(() -> DeltaCodec.decode(sealed(bytes)))
        .isInstanceOf(UnreadableDeltaException.class)
        .hasMessageContaining("seen before generation 0");
    bytes[2] = 1;
    assertThatThrownBy(() -> DeltaCodec.decode(sealed(bytes)))
        .isInstanceOf(UnreadableDeltaException.class)
        .hasMessageContaining("level 1");
  }

  @Test
  void codec_emptyDelta_roundTrips() {
    Delta read = DeltaCodec.decode(DeltaCodec.encode(new Delta()));
    assertThat(read.isEmpty()).isTrue();
    assertThat(read.watermark()).isEqualTo(-1);
    assertThat(delta(10).isEmpty()).isFalse();
  }

  /**
   * delta-v1.hex is what version 1 wrote of {@link #golden}; a reader made from the description in
   * {@link DeltaCodec} alone found the same numbers in it. It must be read for ever.
   */
  @Test
  void codec_goldenBytes_areWrittenAndRead() throws IOException {
    byte[] golden;
    try (InputStream in = DeltaCodecTest.class.getResourceAsStream("delta-v1.hex")) {
      assertThat(in).isNotNull();
      String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      golden = HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
    assertThat(HexFormat.of().formatHex(DeltaCodec.encode(golden())))
        .isEqualTo(HexFormat.of().formatHex(golden));
    assertThat(DeltaCodec.encode(DeltaCodec.decode(golden))).isEqualTo(golden);
  }

  /** Thinned, with units seen before its generation and units first seen in it. */
  private static Delta golden() {
    Place treated = Events.place(2, Arm.ARM_TREATMENT, "new");
    DeltaBuilder before = new DeltaBuilder(new MergedView());
    for (int i = 100; i < 112; i++) {
      before.exposure(treated, Events.unit(i), Events.NOW);
      before.mark(treated, Events.unit(i + 100));
      before.event(new CellKey(treated, "error", -2), Events.unit(i));
    }
    DeltaBuilder builder =
        new DeltaBuilder(new MergedView(new FrozenSizes(new Thinning(3, 1), Map.of())));
    Place held = new Place("shop", "prices", "", "", 7, 0, Arm.ARM_NONE, "old", true, "");
    CellKey latency = new CellKey(treated, "latency", 0x01020304);
    CellKey error = new CellKey(treated, "error", -2);
    for (int i = 0; i < 9; i++) {
      builder.exposure(treated, Events.unit(i), Events.NOW);
      builder.mark(treated, Events.unit(i + 3));
      builder.event(error, Events.unit(i));
    }
    for (int i = 0; i < 5; i++) {
      long time = Events.NOW + 7_000L * i;
      builder.outcome(treated, time);
      builder.value(
          latency,
          CellParts.CHARTED_HISTOGRAM,
          FixedPoint.toSteps(1.5 * i - 1),
          i * 31,
          time - 5_000_000L * i);
      builder.ratio(
          new CellKey(treated, "spend", 3),
          CellParts.BUCKETS,
          FixedPoint.toSteps(12.34 * i),
          FixedPoint.toSteps(i),
          i,
          time);
    }
    builder.ratio(
        new CellKey(held, "rate", 4),
        CellParts.PLAIN,
        FixedPoint.toSteps(3),
        FixedPoint.toSteps(8),
        0,
        Events.NOW);
    builder.value(error, CellParts.BUCKETS, FixedPoint.toSteps(1), 127, Events.NOW);
    builder.value(
        new CellKey(held, "spend", 3), CellParts.PLAIN, -FixedPoint.MAX_STEPS, 0, Events.NOW);
    builder.watermark(Events.NOW - 1_000);
    Delta golden = builder.build();
    golden.merge(before.build());
    return golden;
  }

  @Test
  void codec_unknownVersion_isRefused() {
    byte[] bytes = DeltaCodec.encode(delta(20));
    for (int version : new int[] {0, 2, 255}) {
      bytes[0] = (byte) version;
      assertThatThrownBy(() -> DeltaCodec.decode(sealed(bytes)))
          .isInstanceOf(UnreadableDeltaException.class)
          .hasMessage("delta: version " + (byte) version + " (expected: 1)");
    }
  }

  @Test
  void codec_damagedBytes_areRefused() {
    byte[] bytes = DeltaCodec.encode(delta(60));
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
      refused(damaged);
    }
    for (int length = 0; length < bytes.length; length++) {
      refused(Arrays.copyOf(bytes, length));
    }
    refused(Arrays.copyOf(bytes, bytes.length + 1));
  }

  /** Damage whose checksum holds is refused too, or is a delta: nothing else ever comes out. */
  @Test
  void codec_damagedBytesWithTheirChecksum_areRefusedOrRead() {
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = DeltaCodec.encode(round % 100 == 0 ? delta(40) : SMALL);
      int changes = 1 + random.nextInt(3);
      for (int i = 0; i < changes; i++) {
        bytes[1 + random.nextInt(bytes.length - 1)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? 4 + random.nextInt(bytes.length - 4) : bytes.length;
      byte[] damaged = sealed(Arrays.copyOf(bytes, length));
      damaged[0] = 1;
      try {
        Delta read = DeltaCodec.decode(sealed(damaged));
        DeltaCodec.decode(DeltaCodec.encode(read));
      } catch (UnreadableDeltaException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(5_000);
  }

  private static final Delta SMALL = golden();

  private static void refused(byte[] bytes) {
    assertThatExceptionOfType(UnreadableDeltaException.class)
        .isThrownBy(() -> DeltaCodec.decode(bytes));
  }

  /** Puts the right checksum behind what stands before the last four bytes. */
  private static byte[] sealed(byte[] bytes) {
    byte[] sealed = bytes.clone();
    int end = bytes.length - Integer.BYTES;
    CRC32C checksum = new CRC32C();
    checksum.update(sealed, 0, end);
    ByteBuffer.wrap(sealed).order(ByteOrder.LITTLE_ENDIAN).putInt(end, (int) checksum.getValue());
    return sealed;
  }

  private Delta delta(int events) {
    DeltaBuilder builder = new DeltaBuilder(new MergedView());
    new Events(random).some(events).forEach(event -> event.accept(builder));
    return builder.build();
  }
}
