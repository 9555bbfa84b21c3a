package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio.Factor;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EvidenceCodecTest {
  private static final List<JudgedMetric> METRICS =
      List.of(
          metric("errors", Role.GUARDRAIL, Kind.EVENT, 0.4, 0),
          metric("errors", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.2, 0),
          metric("größe", Role.GUARDRAIL, Kind.MEAN, 0.2, 0.25));

  /** What stands in stores today must be read by every later version. */
  @Test
  void golden_ofVersionOne_isWrittenAndRead() throws IOException {
    byte[] golden = golden();

    assertThat(HexFormat.of().formatHex(EvidenceCodec.encode(evidence(new Random(7)))))
        .isEqualTo(HexFormat.of().formatHex(golden));
    assertThat(EvidenceCodec.encode(EvidenceCodec.decode(golden))).isEqualTo(golden);
  }

  @Test
  void evidence_ofAllKinds_isTheSameWhenRead() {
    for (int seed = 0; seed < 500; seed++) {
      RunEvidence evidence = evidence(new Random(seed));
      byte[] bytes = EvidenceCodec.encode(evidence);
      assertThat(EvidenceCodec.decode(bytes)).as("seed " + seed).isEqualTo(evidence);
      assertThat(bytes).hasSizeLessThan(2_000);
    }
  }

  /** What a replay does: the same verdict from what stands in the log, and the same state. */
  @Test
  void verdicts_ofWhatWasStored_areTheSame() {
    Judge judge = Plans.judge(ramp(Promotion.NON_INFERIOR), METRICS);
    List<Judge.Judged> judged = new ArrayList<>();
    List<Judge.Judged> again = new ArrayList<>();
    JudgeState state = JudgeState.begin();
    for (int look = 0; look < 200; look++) {
      RunEvidence evidence =
          evidence(new Random(look), 1 + look / 100, look / 50 % 2 + look / 100, look / 70);
      byte[] stored = EvidenceCodec.encode(evidence);
      byte[] before = JudgeStateCodec.encode(state);
      judged.add(judge.judge(evidence, state));
      again.add(judge.judge(EvidenceCodec.decode(stored), JudgeStateCodec.decode(before)));
      state = judged.getLast().state();
    }
    assertThat(again).isEqualTo(judged);
    assertThat(judged)
        .extracting(it -> it.verdict().action())
        .contains(Verdict.Action.ROLL_BACK, Verdict.Action.HOLD);
  }

  /** They follow what older versions wrote, and only where there are any. */
  @Test
  void drops_ofReporters_areKept() {
    RunEvidence evidence = evidence(new Random(3));
    RunEvidence dropping =
        new RunEvidence(
            evidence.stage(),
            evidence.extension(),
            evidence.generation(),
            evidence.planned(),
            evidence.elapsed(),
            evidence.dwelled(),
            evidence.data().withDrops(new DataQuality.Drops(counts(312, 0), counts(7_728, 90_000))),
            evidence.firstExposures(),
            evidence.metrics());

    byte[] bytes = EvidenceCodec.encode(dropping);

    assertThat(EvidenceCodec.decode(bytes)).isEqualTo(dropping).isNotEqualTo(evidence);
    assertThat(bytes).hasSizeGreaterThan(EvidenceCodec.encode(evidence).length);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> EvidenceCodec.decode(cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Where nothing was ever looked at, ages have no end. */
  @Test
  void ages_withoutEnd_areKept() {
    RunEvidence evidence = evidence(new Random(1));
    DataQuality.Stage data = evidence.data();
    Duration forever = ChronoUnit.FOREVER.getDuration();
    RunEvidence unseen =
        new RunEvidence(
            1,
            0,
            0,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofNanos(1),
            new DataQuality.Stage(
                forever,
                forever,
                forever,
                data.drawn(),
                data.exposed(),
                data.reporting(),
                0.5,
                0,
                0,
                0,
                0),
            List.of(),
            Map.of());

    assertThat(EvidenceCodec.decode(EvidenceCodec.encode(unseen))).isEqualTo(unseen);
  }

  @Test
  void bytes_cutOrDamaged_areRefused() {
    byte[] whole = EvidenceCodec.encode(evidence(new Random(9)));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> EvidenceCodec.decode(cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int bit = Byte.SIZE; bit < Byte.SIZE * whole.length; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThatThrownBy(() -> EvidenceCodec.decode(damaged))
          .hasMessage("evidence: damaged (expected: its checksum)");
    }
    byte[] newer = whole.clone();
    newer[0] = 2;
    assertThatThrownBy(() -> EvidenceCodec.decode(newer))
        .hasMessage("evidence: version 2 (expected: 1)");
  }

  private static RunEvidence evidence(Random random) {
    return evidence(random, 1 + random.nextInt(3), random.nextInt(3), random.nextInt(2));
  }

  private static RunEvidence evidence(Random random, int stage, int extension, int generation) {
    ArmCounts exposed = counts(500 + random.nextInt(9_000), 500 + random.nextInt(9_000));
    Duration elapsed = Duration.ofMillis(random.nextInt(4_000_000));
    return new RunEvidence(
        stage,
        extension,
        generation,
        Plans.DWELL,
        elapsed,
        elapsed.plusSeconds(random.nextInt(100)),
        new DataQuality.Stage(
            Duration.ofMillis(random.nextInt(20_000)),
            Duration.ofMillis(random.nextInt(20_000)),
            Duration.ofNanos(random.nextInt()).abs(),
            exposed,
            exposed,
            some(random, exposed),
            0.5,
            random.nextInt(6),
            random.nextInt(100_000),
            random.nextInt(90),
            random.nextInt(90),
            Map.of("errors", some(new Random(5), exposed), "größe", ArmCounts.NONE)),
        List.of(
            Factor.even(some(random, exposed)),
            new Factor(List.of(0.75, 0.25), List.of(random.nextLong(99), random.nextLong(33)))),
        Map.of("errors", events(random, exposed), "größe", measured(random)));
  }

  private static Events events(Random random, ArmCounts exposed) {
    ArmCounts users = some(random, counts(exposed.treatment() / 20, exposed.control() / 30));
    List<Since> since = new ArrayList<>();
    for (int number = 1; number <= random.nextInt(4); number++) {
      ArmCounts later = some(random, exposed);
      since.add(new Since(0, number, later, some(random, later)));
    }
    return new Events(
        new RunProcess(
            List.of(
                new RunProcess.Part(0.5, users), new RunProcess.Part(0.75, some(random, users)))),
        exposed,
        users,
        exposed,
        random.nextBoolean() ? OptionalDouble.of(random.nextGaussian()) : OptionalDouble.empty(),
        classical(random),
        since);
  }

  private static Measured measured(Random random) {
    Optional<Interval> interval =
        random.nextBoolean()
            ? Optional.of(new Interval(random.nextGaussian() - 3, random.nextGaussian() + 3))
            : Optional.empty();
    return new Measured(
        random.nextGaussian(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(300) + " ms statt " + random.nextInt(300) + " ms für größe",
        classical(random),
        random.nextBoolean()
            ? Optional.of(new Estimate(random.nextGaussian(), random.nextGaussian(), interval))
            : Optional.empty());
  }

  private static Optional<Classical> classical(Random random) {
    return random.nextBoolean()
        ? Optional.of(
            new Classical(random.nextInt(9_000), random.nextDouble(), random.nextGaussian()))
        : Optional.empty();
  }

  private static ArmCounts some(Random random, ArmCounts of) {
    return counts(random.nextLong(of.treatment() + 1), random.nextLong(of.control() + 1));
  }

  private static byte[] golden() throws IOException {
    try (InputStream in = EvidenceCodecTest.class.getResourceAsStream("evidence-v1.hex")) {
      assertThat(in).isNotNull();
      return HexFormat.of()
          .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replace("\n", ""));
    }
  }
}
