package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.data;
import static dev.serin.server.rollout.policy.Plans.events;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.Mended;
import dev.serin.server.analysis.count.SampleRatio.Factor;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.rollout.plan.DecisionPlan.FixedHorizon;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgeStateCodecTest {
  private static final List<JudgedMetric> METRICS =
      List.of(
          metric("errors", Role.GUARDRAIL, Kind.EVENT, 0.4, 0),
          metric("errors", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.2, 0),
          metric("p99", Role.GUARDRAIL, Kind.QUANTILE, 0.2, 0.25),
          metric("größe", Role.GUARDRAIL, Kind.MEAN, 0.2, 0.25),
          metric("latency", Role.SUCCESS, Kind.MEAN, 0, 0));

  /** What stands in stores today must be read by every later version. */
  @Test
  void golden_ofVersionOne_isWrittenAndRead() throws IOException {
    byte[] golden = golden("judge-state-v1-counted.hex");

    assertThat(HexFormat.of().formatHex(JudgeStateCodec.encode(states(7).get(9))))
        .isEqualTo(HexFormat.of().formatHex(golden));
    assertThat(JudgeStateCodec.encode(JudgeStateCodec.decode(golden))).isEqualTo(golden);
  }

  /** So must what stood there before promotion's users were kept: all else is as it was. */
  @Test
  void golden_withoutCountedUsers_isReadAndTheSameWhenWritten() throws IOException {
    byte[] golden = golden("judge-state-v1.hex");
    JudgeState state = states(7).getLast();
    Map<String, JudgeState.MetricState> metrics = new HashMap<>(state.metrics());
    metrics.replaceAll((id, kept) -> kept.with(JudgeState.Counted.NONE));
    JudgeState uncounted =
        new JudgeState(
            state.stage(), state.extension(), state.generation(), state.ratio(), metrics);

    assertThat(HexFormat.of().formatHex(JudgeStateCodec.encode(uncounted)))
        .isEqualTo(HexFormat.of().formatHex(golden));
    assertThat(JudgeStateCodec.encode(JudgeStateCodec.decode(golden))).isEqualTo(golden);
  }

  /** Whoever reads a state goes on as whoever wrote it would have. */
  @Test
  void states_ofARun_areTheSameWhenRead() {
    Judge judge = judge();
    List<JudgeState> states = states(8);
    for (int look = 0; look + 1 < states.size(); look++) {
      JudgeState read = JudgeStateCodec.decode(JudgeStateCodec.encode(states.get(look)));
      assertThat(judge.judge(evidenceOf(8, look + 1), read).state())
          .isEqualTo(states.get(look + 1));
    }
    assertThat(JudgeStateCodec.decode(JudgeStateCodec.encode(JudgeState.begin())))
        .isEqualTo(JudgeState.begin());
    assertThat(states.getLast().metrics().values())
        .anySatisfy(kept -> assertThat(kept.horizon()).isPresent())
        .anySatisfy(kept -> assertThat(kept.process().marks()).hasSizeGreaterThan(1))
        .anySatisfy(kept -> assertThat(kept.limit().number()).isPositive())
        .anySatisfy(kept -> assertThat(kept.logRunBefore()).isNotZero());
    assertThat(states.get(9).metrics().values())
        .anySatisfy(
            kept -> assertThat(kept.counted().before()).isNotEqualTo(JudgeState.Users.NONE));
  }

  /** Written by none but those who have seen the end of an outage: others have not changed. */
  @Test
  void mended_isTheSameWhenRead() {
    JudgeState state = states(8).getLast();
    String breaker = RunEvidence.id(METRICS.get(1).plan());
    Mended known = new Mended(new Mended.Mark(1, 300), new Mended.Mark(0, 7));
    Map<String, JudgeState.MetricState> metrics = new HashMap<>(state.metrics());
    metrics.computeIfPresent(breaker, (id, kept) -> kept.withMended(known));
    JudgeState mended =
        new JudgeState(
            state.stage(), state.extension(), state.generation(), state.ratio(), metrics);
    byte[] bytes = JudgeStateCodec.encode(mended);

    assertThat(JudgeStateCodec.encode(state)).hasSizeLessThan(bytes.length);
    assertThat(JudgeStateCodec.decode(bytes).metrics())
        .extractingByKey(breaker)
        .extracting(JudgeState.MetricState::mended)
        .isEqualTo(known);
    assertThat(JudgeStateCodec.encode(JudgeStateCodec.decode(bytes))).isEqualTo(bytes);
    assertThat(mended.sameKept(state)).isFalse();
  }

  @Test
  void version_unknown_isRefused() {
    byte[] bytes = JudgeStateCodec.encode(JudgeState.begin());
    bytes[0] = 2;

    assertThatThrownBy(() -> JudgeStateCodec.decode(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("judge state: version 2 (expected: 1)");
  }

  @Test
  void bytes_cutOrDamaged_areRefused() {
    byte[] whole = JudgeStateCodec.encode(states(9).getLast());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> JudgeStateCodec.decode(cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int bit = Byte.SIZE; bit < Byte.SIZE * whole.length; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThatThrownBy(() -> JudgeStateCodec.decode(damaged))
          .hasMessage("judge state: damaged (expected: its checksum)");
    }
  }

  private static Judge judge() {
    return Judge.of(
        Plans.plan(ramp(Promotion.SUPERIOR), METRICS, new FixedHorizon(1_000, 0.05, 0.05)),
        METRICS,
        DataQuality.USUAL);
  }

  private static List<JudgeState> states(int seed) {
    Judge judge = judge();
    List<JudgeState> states = new ArrayList<>(List.of(JudgeState.begin()));
    for (int look = 1; look <= 12; look++) {
      states.add(judge.judge(evidenceOf(seed, look), states.getLast()).state());
    }
    return states;
  }

  /** Looks 7 minutes apart: five of the stage of 5 %, four of its extension, the next stage. */
  private static RunEvidence evidenceOf(int seed, int look) {
    Random random = new Random(31L * seed + look);
    ArmCounts users = counts(3L * look + random.nextInt(3), 2L * look + random.nextInt(3));
    Measured measured =
        new Measured(
            random.nextDouble(),
            false,
            false,
            "",
            Optional.of(new Classical(5_000, random.nextDouble(), 0.1)));
    int stage = look <= 9 ? 1 : 2;
    int extension = look > 5 && look <= 9 ? 1 : 0;
    int ofPeriod = look > 9 ? look - 9 : look > 5 ? look - 5 : look;
    Duration elapsed = Duration.ofMinutes(7L * ofPeriod);
    return new RunEvidence(
        stage,
        extension,
        look > 7 ? 1 : 0,
        Plans.DWELL,
        elapsed,
        Duration.ofMinutes(look > 9 ? 14L * (look - 9) : 7L * look),
        data(Duration.ZERO, Plans.EXPOSED, 0.5),
        List.of(Factor.even(counts(90L * look, 88L * look))),
        Map.of(
            "errors",
            since(events(users), extension, ofPeriod, look),
            "p99",
            measured,
            "größe",
            measured,
            "latency",
            measured));
  }

  /** The marks of this look and of the one before in the period, but where sets begin anew. */
  private static Events since(Events events, int extension, int ofPeriod, int look) {
    Since last = new Since(extension, 14 * ofPeriod, counts(9, 9), counts(look % 3, 1));
    List<Since> since =
        look == 8
            ? List.of()
            : ofPeriod == 1
                ? List.of(last)
                : List.of(
                    new Since(extension, 14 * (ofPeriod - 1), counts(19, 9), counts(2, 1)), last);
    return new Events(
        events.run(),
        events.runExposed(),
        events.stage(),
        events.stageExposed(),
        events.requestsWorse(),
        events.classical(),
        since);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = JudgeStateCodecTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return HexFormat.of()
          .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replace("\n", ""));
    }
  }
}
