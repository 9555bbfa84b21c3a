package dev.serin.server.rollout.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Event.HoldersAcknowledged;
import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.TrafficShare;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** {@link StateCodec} and {@link EventCodec}. */
class StoredFormsTest {
  private static final int RANDOM = 2_000;

  /** Every component differs from what a run begins with. */
  private static final MachineState STATE =
      new MachineState(
          300,
          Instant.parse("2026-11-24T10:00:00.123Z"),
          Phase.HOLDING,
          2,
          true,
          1,
          true,
          true,
          true,
          true,
          HoldCause.KILLED,
          "größe",
          7,
          new Times(
              Duration.ofMillis(1_500),
              Duration.ofHours(40),
              Duration.ofSeconds(9, 999_000_000),
              Duration.ofDays(3),
              Duration.ofMillis(1)),
          new Period(
              4,
              Instant.parse("2026-11-21T09:59:59.999Z"),
              Duration.ofMinutes(80),
              Duration.ofMinutes(160)),
          5,
          new TrafficShare(3, 1_000));

  private static final List<Event> EVENTS =
      List.of(
          new Command(CommandKind.PROMOTE, "ann", "weil es gut läuft"),
          new Command(
              CommandKind.APPROVE,
              "bob",
              "",
              Optional.of(new GateOf(3, 200)),
              Duration.ofMillis(61_001)),
          new Tick(
              new Verdict(Action.HOLD, "srm", "53 % of users: too many", "e-12"),
              Duration.ofSeconds(Long.MAX_VALUE),
              Duration.ofMillis(999)),
          new GateResult(2, 1, false, "HTTP 503 後で", Duration.ofMinutes(3)),
          new HoldersAcknowledged());

  /** What stands in stores today must be read by every later version. */
  @Test
  void golden_ofVersionOne_isWrittenAndRead() throws IOException {
    List<ByteString> golden = golden();

    assertThat(StateCodec.encode(STATE)).isEqualTo(golden.getFirst());
    assertThat(StateCodec.decode(golden.getFirst())).isEqualTo(STATE);
    assertThat(EVENTS.stream().map(EventCodec::encode).toList())
        .isEqualTo(golden.subList(1, golden.size()));
    assertThat(golden.subList(1, golden.size()).stream().map(EventCodec::decode).toList())
        .isEqualTo(EVENTS);
  }

  @Test
  void states_random_areTheSameWhenRead() {
    Random random = new Random(41);
    for (int i = 0; i < RANDOM; i++) {
      MachineState state = state(random);
      assertThat(StateCodec.decode(StateCodec.encode(state))).isEqualTo(state);
    }
    MachineState pending = MachineState.pending(Instant.EPOCH.minusMillis(1));
    assertThat(StateCodec.decode(StateCodec.encode(pending))).isEqualTo(pending);
  }

  @Test
  void events_random_areTheSameWhenRead() {
    Random random = new Random(42);
    for (int i = 0; i < RANDOM; i++) {
      Event event = event(random);
      assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
    }
  }

  @Test
  void bytes_cutOrDamaged_areRefused() {
    areRefused("machine state", StateCodec.encode(STATE), StateCodec::decode);
    EVENTS.forEach(event -> areRefused("event", EventCodec.encode(event), EventCodec::decode));
  }

  private static void areRefused(String what, ByteString whole, Function<ByteString, ?> decode) {
    for (int length = 0; length < whole.size(); length++) {
      ByteString cut = whole.substring(0, length);
      assertThatThrownBy(() -> decode.apply(cut))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching(
              what + ": (ends at byte \\d+ \\(expected: more\\)|damaged .expected: its checksum.)");
    }
    for (int bit = 0; bit < Byte.SIZE * whole.size(); bit++) {
      byte[] damaged = whole.toByteArray();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThatThrownBy(() -> decode.apply(ByteString.copyFrom(damaged)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching(
              what
                  + (bit < Byte.SIZE
                      ? ": version -?\\d+ \\(expected: 1\\)"
                      : ": damaged \\(expected: its checksum\\)"));
    }
  }

  /** Bytes with a right checksum that no encoder writes. */
  @Test
  void bytes_ofNoEncoder_areRefused() {
    refused(new StoredForm.Writer(EventCodec.VERSION).number(9), "kind 9 (expected: 1 to 4)");
    refused(new StoredForm.Writer(EventCodec.VERSION).number(4).flag(true), "1 bytes more");
    refused(new StoredForm.Writer(EventCodec.VERSION).number(1).text("SHIP"), "SHIP (expected: ");
    refused(new StoredForm.Writer(EventCodec.VERSION).number(1).number(500), "ends at byte");
    refused(new StoredForm.Writer(EventCodec.VERSION).number(3), "ends at byte");
    refused(new StoredForm.Writer(EventCodec.VERSION).number(3).number(1L << 31), "at most");
    refused(
        new StoredForm.Writer(EventCodec.VERSION).number(3).number(1).number(0).number(2),
        "flag 2 (expected: 0 or 1)");
    Instant before = Instant.ofEpochMilli(-1);
    refused(new StoredForm.Writer(EventCodec.VERSION).instant(before).instant(before), "63 bits");
    assertThatThrownBy(() -> EventCodec.encode(new GateResult(-1, 0, true, "")))
        .hasMessage("number: -1 (expected: 0 or more)");
  }

  private static void refused(StoredForm.Writer written, String why) {
    assertThatThrownBy(() -> EventCodec.decode(written.end()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("event: ")
        .hasMessageContaining(why);
  }

  private static MachineState state(Random random) {
    int of = 1 + random.nextInt(1_000_000_000);
    return new MachineState(
        random.nextLong() >>> random.nextInt(1, Long.SIZE),
        moment(random),
        any(random, Phase.values()),
        random.nextInt(20),
        random.nextBoolean(),
        random.nextInt(300),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        any(random, HoldCause.values()),
        text(random),
        random.nextInt() >>> 1,
        new Times(time(random), time(random), time(random), time(random), time(random)),
        new Period(random.nextInt(100), moment(random), time(random), time(random)),
        random.nextInt(100),
        new TrafficShare(random.nextInt(of + 1), of));
  }

  private static Event event(Random random) {
    return switch (random.nextInt(4)) {
      case 0 ->
          new Command(
              any(random, CommandKind.values()),
              text(random),
              text(random),
              random.nextBoolean()
                  ? Optional.empty()
                  : Optional.of(new GateOf(random.nextInt(20), random.nextInt(300))),
              time(random));
      case 1 ->
          new Tick(
              new Verdict(any(random, Action.values()), text(random), text(random), text(random)),
              time(random),
              time(random));
      case 2 ->
          new GateResult(
              random.nextInt(20),
              random.nextInt(300),
              random.nextBoolean(),
              text(random),
              time(random));
      default -> new HoldersAcknowledged();
    };
  }

  private static Instant moment(Random random) {
    return Instant.ofEpochMilli(random.nextLong() >> random.nextInt(10, Long.SIZE));
  }

  private static Duration time(Random random) {
    return Duration.ofMillis(random.nextLong() >>> random.nextInt(1, Long.SIZE));
  }

  /** Of one, two, three and four bytes a character, up to some kilobytes. */
  private static String text(Random random) {
    int length = random.nextInt(50) == 0 ? random.nextInt(4_000) : random.nextInt(20);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(any(random, new String[] {"a", "0", " ", "\n", "ß", "後", "🚦"}));
    }
    return text.toString();
  }

  private static <T> T any(Random random, T[] values) {
    return values[random.nextInt(values.length)];
  }

  /** The state, and then each of the events. */
  private static List<ByteString> golden() throws IOException {
    try (InputStream in = StoredFormsTest.class.getResourceAsStream("stored-forms-v1.hex")) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(line -> ByteString.copyFrom(HexFormat.of().parseHex(line)))
          .toList();
    }
  }
}
