package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.serin.v1.Outcome;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.Session;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Reading bytes without message objects gives what the generated parser gives. */
class ReportedMessageTest {
  private static final long SEED = 1_305;
  private static final int MESSAGES = 4_000;

  private static final Parser<ReportOutcomeRequest> KNOWN_FIELDS =
      DiscardUnknownFieldsParser.wrap(ReportOutcomeRequest.parser());

  private final Random random = new Random(SEED);

  @Test
  void scan_whatEncodersWrite_isTaken() throws InvalidProtocolBufferException {
    for (int i = 0; i < MESSAGES; i++) {
      ReportOutcomeRequest request = request();
      ReportedMessage scanned = new OutcomeScan(request.toByteArray(), false).message();

      assertThat(scanned).as("message %s: %s", i, request).isNotNull();
      assertThat(rebuilt(scanned)).as("message %s", i).isEqualTo(request);
    }
  }

  @Test
  void parse_anyBytes_isWhatTheGeneratedParserReads() throws InvalidProtocolBufferException {
    int read = 0;
    for (int i = 0; i < 10 * MESSAGES; i++) {
      byte[] bytes = disturbed(request().toByteArray());
      ReportOutcomeRequest expected = orNull(bytes);
      if (expected == null) {
        assertThatThrownBy(() -> ReportedMessage.parse(bytes))
            .as("message %s", i)
            .isInstanceOf(InvalidProtocolBufferException.class);
      } else {
        read++;
        assertThat(rebuilt(ReportedMessage.parse(bytes))).as("message %s", i).isEqualTo(expected);
      }
    }
    assertThat(read).as("messages that can be read").isGreaterThan(MESSAGES);
  }

  @Test
  void parse_fieldsGivenTwice_areMergedAsTheGeneratedParserDoes()
      throws InvalidProtocolBufferException {
    ByteString once = request().toByteString();
    for (int i = 0; i < MESSAGES; i++) {
      ByteString twice = once.concat(request().toByteString());

      assertThat(rebuilt(ReportedMessage.parse(twice.toByteArray())))
          .isEqualTo(ReportOutcomeRequest.parseFrom(twice));
    }
  }

  @Test
  void parse_keyGivenTwice_isTheLast() throws InvalidProtocolBufferException {
    ByteString first =
        Outcome.newBuilder().putValues("a", 1).putValues("b", 2).build().toByteString();
    ByteString again = Outcome.newBuilder().putValues("a", 3).build().toByteString();
    ByteString outcome = first.concat(again);
    byte[] bytes =
        ByteString.copyFrom(new byte[] {3 << 3 | 2, (byte) outcome.size()})
            .concat(outcome)
            .toByteArray();

    ReportedOutcomes outcomes = ReportedMessage.parse(bytes).outcomes();

    assertThat(values(outcomes, 0)).isEqualTo(Map.of("a", 3.0, "b", 2.0));
  }

  @Test
  void parse_unknownFields_areSkippedAtEveryLevel() throws InvalidProtocolBufferException {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
            .build();
    ReportOutcomeRequest known = request();
    ReportOutcomeRequest.Builder more = known.toBuilder().setUnknownFields(unknown);
    more.getOutcomesBuilderList().forEach(outcome -> outcome.setUnknownFields(unknown));

    assertThat(rebuilt(ReportedMessage.parse(more.build().toByteArray()))).isEqualTo(known);
    ReportOutcomeBatchRequest batch =
        ReportOutcomeBatchRequest.parseFrom(more.build().toByteArray());
    assertThat(rebuilt(ReportedMessage.of(batch))).isEqualTo(known);
  }

  @Test
  void parse_moreValuesThanAllowed_areReadForTheRefusal() throws InvalidProtocolBufferException {
    Outcome.Builder outcome = Outcome.newBuilder();
    for (int i = 0; i < 10 * OutcomeLimits.VALUES_MAX; i++) {
      outcome.putValues("metric-" + i, i);
    }
    ReportOutcomeRequest request = ReportOutcomeRequest.newBuilder().addOutcomes(outcome).build();

    assertThat(rebuilt(ReportedMessage.parse(request.toByteArray()))).isEqualTo(request);
  }

  @Test
  void parse_moreOutcomesThanAllowed_areCounted() throws InvalidProtocolBufferException {
    ReportOutcomeRequest.Builder request = ReportOutcomeRequest.newBuilder();
    for (int i = 0; i <= OutcomeLimits.OUTCOMES_MAX; i++) {
      request.addOutcomes(Outcome.getDefaultInstance());
    }

    assertThat(ReportedMessage.parse(request.build().toByteArray()).count())
        .isEqualTo(OutcomeLimits.OUTCOMES_MAX + 1);
  }

  private static @Nullable ReportOutcomeRequest orNull(byte[] bytes) {
    try {
      return KNOWN_FIELDS.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /** Cuts, changes or lengthens; half of them only a little. */
  private byte[] disturbed(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    byte[] changed = bytes.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
    }
    return random.nextInt(4) == 0
        ? Arrays.copyOf(changed, random.nextInt(changed.length + 2))
        : changed;
  }

  private ReportOutcomeRequest request() {
    ReportOutcomeRequest.Builder request = ReportOutcomeRequest.newBuilder();
    if (random.nextInt(3) == 0) {
      request.setSession(
          Session.newBuilder()
              .setProducer(text())
              .setSession(text())
              .setAttempt(random.nextInt(3)));
    }
    if (random.nextInt(3) > 0) {
      request.setFirstSequence(random.nextLong() >> random.nextInt(Long.SIZE));
    }
    if (random.nextInt(4) == 0) {
      request.setWatermark(time());
    }
    for (int i = random.nextInt(6); i > 0; i--) {
      request.addOutcomes(outcome());
    }
    return request.build();
  }

  private Outcome.Builder outcome() {
    Outcome.Builder outcome =
        Outcome.newBuilder()
            .setDecisionToken(text())
            .setUnitKey(text())
            .setNamespace(text())
            .setFeature(text())
            .setInstanceId(text())
            .setExposure(random.nextInt(4) == 0)
            .setDropped(random.nextInt(3) == 0 ? random.nextInt() : 0);
    if (random.nextBoolean()) {
      outcome.setTime(time());
    }
    for (int i = random.nextInt(5); i > 0; i--) {
      outcome.putValues(text(), random.nextInt(4) == 0 ? Double.NaN : random.nextGaussian());
    }
    return outcome;
  }

  private Timestamp.Builder time() {
    return Timestamp.newBuilder()
        .setSeconds(random.nextLong() >> random.nextInt(Long.SIZE))
        .setNanos(random.nextInt() >> random.nextInt(Integer.SIZE));
  }

  private String text() {
    return switch (random.nextInt(5)) {
      case 0 -> "";
      case 1 -> "结账-" + random.nextInt(3);
      case 2 -> "latency";
      default -> "user-" + random.nextInt();
    };
  }

  private static ReportOutcomeRequest rebuilt(ReportedMessage message) {
    ReportOutcomeRequest.Builder request =
        ReportOutcomeRequest.newBuilder().setFirstSequence(message.firstSequence());
    if (message.session() != null) {
      request.setSession(message.session());
    }
    if (message.watermark() != null) {
      request.setWatermark(message.watermark());
    }
    ReportedOutcomes outcomes = message.outcomes();
    assertThat(outcomes.size()).isEqualTo(message.count());
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome.Builder outcome =
          Outcome.newBuilder()
              .setDecisionToken(outcomes.text(i, ReportedOutcomes.TOKEN))
              .setUnitKey(outcomes.text(i, ReportedOutcomes.UNIT_KEY))
              .setNamespace(outcomes.text(i, ReportedOutcomes.NAMESPACE))
              .setFeature(outcomes.text(i, ReportedOutcomes.FEATURE))
              .setInstanceId(outcomes.text(i, ReportedOutcomes.INSTANCE_ID))
              .setExposure(outcomes.isExposure(i))
              .setDropped((int) outcomes.dropped(i))
              .putAllValues(values(outcomes, i));
      if (outcomes.hasTime(i)) {
        outcome.setTime(
            Timestamp.newBuilder().setSeconds(outcomes.seconds(i)).setNanos(outcomes.nanos(i)));
      }
      request.addOutcomes(outcome);
    }
    return request.build();
  }

  private static Map<String, Double> values(ReportedOutcomes outcomes, int outcome) {
    Map<String, Double> values = new LinkedHashMap<>();
    int from = outcomes.valuesFrom(outcome);
    for (int i = from; i < from + outcomes.valuesCount(outcome); i++) {
      values.put(outcomes.key(i), outcomes.value(i));
    }
    return values;
  }
}
