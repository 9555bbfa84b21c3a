package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.serin.engine.CompiledFeature;
import dev.serin.engine.DecisionToken;
import dev.serin.engine.EndedRun;
import dev.serin.engine.EvaluationContext;
import dev.serin.engine.LiveRun;
import dev.serin.engine.RunPhase;
import dev.serin.engine.Snapshot;
import dev.serin.engine.SplitPeriod;
import dev.serin.server.outcome.RunDirectory.KnownRun;
import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceUnits;
import dev.serin.v1.Arm;
import dev.serin.v1.Outcome;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.ReportOutcomeBatchRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeTest {
  private static final long NOW = Duration.ofDays(20_000).toMillis();
  private static final long REVISION = 7;

  private final TestSnapshots snapshots = new TestSnapshots();
  private final OutcomeLog log = new OutcomeLog(1, 1);
  private Judge judge = new Judge(new PlaceResolver(snapshots, new LiveRuns(snapshots)));
  private String token = "";

  @BeforeEach
  void compile() {
    snapshots.put("default", REVISION, TestSnapshots.CHECKOUT);
    token = snapshots.token("checkout", Arm.ARM_SPLIT, "new");
  }

  private Outcome.Builder outcome() {
    return Outcome.newBuilder().setDecisionToken(token).setUnitKey("ada");
  }

  private static ReportedOutcomes reported(Outcome.Builder outcome) {
    return ReportedMessage.of(ReportOutcomeBatchRequest.newBuilder().addOutcomes(outcome).build())
        .outcomes();
  }

  private Judgement judged(Outcome.Builder outcome) {
    return judge.judge(reported(outcome), 0, NOW, true, log);
  }

  private MergedView counted() {
    MergedView view = new MergedView();
    DeltaBuilder builder = new DeltaBuilder(view);
    log.addTo(new Tallies(builder));
    view.apply(builder.build());
    return view;
  }

  private static Cell cell(MergedView view, String metric) {
    return view.cell(key(view, metric)).orElseThrow();
  }

  private static CellKey key(MergedView view, String metric) {
    return view.keys().stream()
        .filter(key -> key.metric().equals(metric))
        .reduce(
            (one, other) -> {
              throw new AssertionError(one + " and " + other);
            })
        .orElseThrow();
  }

  @Test
  void judge_valuesWithToken_countAtItsPlace() {
    assertThat(judged(outcome().putValues("bought", 1).putValues("price", 250)))
        .isEqualTo(Judgement.Counted.COUNTED);
    assertThat(judged(outcome().setUnitKey("grace").putValues("latency", 12.5)))
        .isEqualTo(Judgement.Counted.COUNTED);

    MergedView view = counted();
    CellKey bought = key(view, "bought");
    assertThat(bought.place().variant()).isEqualTo("new");
    assertThat(bought.place().arm()).isEqualTo(Arm.ARM_SPLIT);
    assertThat(bought.place().split()).isEqualTo("main");
    assertThat(bought.place().unit()).isEqualTo("user_key");
    assertThat(view.units(bought.place()).marked().size()).isEqualTo(2);
    assertThat(view.units(bought.place()).withEvent(bought).size()).isEqualTo(1);
    // Winsorised at its cap.
    assertThat(cell(view, "price").sum().toDouble()).isEqualTo(100.0);
    assertThat(cell(view, "latency").sum().toDouble()).isEqualTo(12.5);
    assertThat(cell(view, "").count()).isEqualTo(2);
    // Missing means zero: both outcomes say so.
    assertThat(cell(view, "refunds").count()).isEqualTo(2);
    assertThat(cell(view, "refunds").sum().toDouble()).isZero();
    // Of the ratio's parts only one outcome says something.
    assertThat(cell(view, "price-per-sale").count()).isEqualTo(1);
    assertThat(cell(view, "price-per-sale").sum().toDouble()).isEqualTo(100.0);
  }

  @Test
  void judge_eventThatDidNotHappen_isCountedAndInNoSet() {
    judged(outcome().putValues("bought", 0));

    MergedView view = counted();
    assertThat(cell(view, "bought").count()).isEqualTo(1);
    assertThat(view.units(key(view, "bought").place()).withEvent(key(view, "bought")).size())
        .isZero();
  }

  @Test
  void judge_exposure_countsTheUnitAsExposed() {
    judged(outcome().setExposure(true));

    MergedView view = counted();
    CellKey key = key(view, "");
    assertThat(key).isEqualTo(CellKey.exposures(key.place()));
    assertThat(view.units(key.place()).exposed().size()).isEqualTo(1);
  }

  @Test
  void judge_tokenOfNoArm_isDisplayedWithoutUnits() {
    token = snapshots.token("checkout", Arm.ARM_NONE, "new");

    assertThat(judged(outcome().putValues("bought", 1))).isEqualTo(Judgement.Counted.COUNTED);

    MergedView view = counted();
    CellKey bought = key(view, "bought");
    assertThat(bought.place().arm()).isEqualTo(Arm.ARM_NONE);
    assertThat(cell(view, "bought").count()).isEqualTo(1);
    assertThat(view.units(bought.place()).marked().size()).isZero();
    assertThat(view.units(bought.place()).withEvent(bought).size()).isZero();
  }

  @Test
  void judge_splitByCall_keepsNoUnits() {
    token = snapshots.token("lottery", Arm.ARM_SPLIT, "win");

    judged(outcome().putValues("bought", 1));

    MergedView view = counted();
    CellKey bought = key(view, "bought");
    assertThat(bought.place().unit()).isEmpty();
    assertThat(view.units(bought.place()).marked().size()).isZero();
    assertThat(cell(view, "bought").count()).isEqualTo(1);
  }

  @Test
  void judge_withoutToken_isDisplayedAndSaysSo() {
    Judgement judgement =
        judged(
            Outcome.newBuilder().setFeature("checkout").setUnitKey("ada").putValues("bought", 1));

    assertThat(judgement)
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.reason())
                  .isEqualTo(RefusalReason.REFUSAL_REASON_TOKEN_REQUIRED_FOR_EVIDENCE);
              assertThat(refusal.displayed()).isTrue();
            });
    assertThat(cell(counted(), "bought").count()).isEqualTo(1);
  }

  @Test
  void judge_withoutTokenWhereTheKeyDecides_getsTheArmOfItsKey() {
    Snapshot snapshot = Objects.requireNonNull(snapshots.get("default"));
    CompiledFeature plain = Objects.requireNonNull(snapshot.feature("plain"));
    EvaluationContext context = new EvaluationContext();
    Map<String, Integer> expected = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      context.begin(snapshot, NOW, 0, 0);
      context.userKey("user-" + i);
      expected.merge(plain.evaluate(context).variant(), 1, Integer::sum);
      assertThat(judged(Outcome.newBuilder().setFeature("plain").setUnitKey("user-" + i)))
          .isEqualTo(Judgement.Counted.COUNTED);
    }

    MergedView view = counted();
    assertThat(expected).hasSize(2);
    for (CellKey key : view.keys()) {
      assertThat(key.place().arm()).isEqualTo(Arm.ARM_SPLIT);
      assertThat(view.cell(key).orElseThrow().count())
          .isEqualTo(expected.getOrDefault(key.place().variant(), 0).longValue());
      // No other variant can have been theirs: denominators hold whoever numerators do.
      PlaceUnits units = view.units(key.place());
      assertThat(units.marked().size())
          .isEqualTo(expected.getOrDefault(key.place().variant(), 0).intValue());
      assertThat(units.exposed().size()).isZero();
    }
  }

  @Test
  void judge_withoutTokenWhereTheCallDecides_needsADecisionId() {
    assertThat(judged(Outcome.newBuilder().setFeature("lottery").setUnitKey("0123456789abcdef")))
        .isEqualTo(Judgement.Counted.COUNTED);
    assertThat(judged(Outcome.newBuilder().setFeature("lottery").setUnitKey("ada")))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.reason())
                    .isEqualTo(RefusalReason.REFUSAL_REASON_INVALID_UNIT_KEY));
  }

  /** 0: the split is older than periods are, and was changed since. */
  @ParameterizedTest
  @ValueSource(longs = {3, 0})
  void judge_tokenOfAnEarlierPeriod_countsThere(long first) {
    withPeriods(first, NOW - 1_000);
    token = ofPeriod(first, "blue");

    assertThat(judged(outcome())).isEqualTo(Judgement.Counted.COUNTED);

    CellKey key = key(counted(), "refunds");
    assertThat(key.place().period()).isEqualTo(first);
    assertThat(key.place().variant()).isEqualTo("blue");
    assertThat(key.place().unit()).isEqualTo("account");
    assertThat(key.place().afterEnd()).isFalse();
  }

  @Test
  void judge_periodThatIsUnknownOrEndedLongAgo_isRefused() {
    withPeriods(3, NOW - OutcomeLimits.AGE_MAX.toMillis() - 1);

    token = ofPeriod(3, "blue");
    assertThat(((Refusal) judged(outcome())).reason())
        .isEqualTo(RefusalReason.REFUSAL_REASON_TOO_OLD);
    token = ofPeriod(4, "new");
    assertThat(((Refusal) judged(outcome())).reason())
        .isEqualTo(RefusalReason.REFUSAL_REASON_UNKNOWN_PLACE);
    token = ofPeriod(5, "blue");
    assertThat(((Refusal) judged(outcome())).reason())
        .isEqualTo(RefusalReason.REFUSAL_REASON_UNKNOWN_VARIANT);
  }

  /** Of the split's periods the first has ended; it drew other units for another variant. */
  private void withPeriods(long first, long endedMillis) {
    snapshots.put(
        "default",
        REVISION,
        TestSnapshots.CHECKOUT,
        List.of(),
        List.of(
            new SplitPeriod("main", 5, "user_key", List.of("old", "new"), SplitPeriod.NOT_ENDED),
            new SplitPeriod("main", first, "account", List.of("old", "blue"), endedMillis)));
  }

  private static String ofPeriod(long period, String variant) {
    return new DecisionToken(
            "default", "checkout", "main", "", 0, Arm.ARM_SPLIT, variant, period, REVISION)
        .encode();
  }

  @Test
  void judge_tokenNewerThanTheSnapshot_waitsForItThenIsUnknown() {
    snapshots.put("default", REVISION + 1, TestSnapshots.CHECKOUT);
    token = snapshots.token("checkout", Arm.ARM_SPLIT, "new");
    snapshots.put("default", REVISION, TestSnapshots.CHECKOUT);

    assertThat(judged(outcome())).isEqualTo(Judgement.Later.LATER);
    assertThat(judge.judge(reported(outcome()), 0, NOW, false, log))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.reason()).isEqualTo(RefusalReason.REFUSAL_REASON_UNKNOWN_PLACE));
    // Nobody waits for it again, until there is another snapshot.
    assertThat(judged(outcome())).isInstanceOf(Refusal.class);
    snapshots.put("default", REVISION + 1, TestSnapshots.CHECKOUT);
    assertThat(judged(outcome())).isEqualTo(Judgement.Counted.COUNTED);
  }

  @Test
  void judge_namespaceNotLoadedYet_waits() {
    token = token("nowhere", "checkout", "main", "", 0, Arm.ARM_SPLIT, "new");
    snapshots.setReady(false);

    assertThat(judged(outcome())).isEqualTo(Judgement.Later.LATER);

    snapshots.setReady(true);
    assertThat(judged(outcome())).isInstanceOf(Refusal.class);
  }

  @Test
  void judge_snapshotWithoutTheSplit_forgetsWhatTokensMeant() {
    assertThat(judged(outcome())).isEqualTo(Judgement.Counted.COUNTED);

    snapshots.put("default", REVISION + 1, TestSnapshots.CHECKOUT.subList(1, 3));

    assertThat(judged(outcome()))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.reason())
                    .isEqualTo(RefusalReason.REFUSAL_REASON_UNKNOWN_FEATURE));
  }

  @Test
  void judge_tokenOfARun_countsAtItsStageAndArm() {
    snapshots.put(
        "default", REVISION, TestSnapshots.CHECKOUT, List.of(run(RunPhase.RUNNING)), List.of());
    token = snapshots.token("checkout", Arm.ARM_TREATMENT, "new");

    assertThat(judged(outcome())).isEqualTo(Judgement.Counted.COUNTED);

    CellKey key = key(counted(), "refunds");
    assertThat(key.place().run()).isEqualTo("run-1");
    assertThat(key.place().stage()).isEqualTo(2);
    assertThat(key.place().arm()).isEqualTo(Arm.ARM_TREATMENT);
    assertThat(key.place().afterEnd()).isFalse();
  }

  @Test
  void judge_tokenOfARunThatEnded_isMarkedAfterTheEnd() {
    snapshots.put(
        "default", REVISION, TestSnapshots.CHECKOUT, List.of(run(RunPhase.RUNNING)), List.of());
    token = snapshots.token("checkout", Arm.ARM_TREATMENT, "new");
    snapshots.put(
        "default",
        REVISION + 1,
        TestSnapshots.CHECKOUT,
        List.of(run(RunPhase.COMPLETED)),
        List.of(),
        List.of(ended("run-1", REVISION + 1, NOW - 1)));

    assertThat(judged(outcome())).isEqualTo(Judgement.Counted.COUNTED);

    assertThat(key(counted(), "refunds").place().afterEnd()).isTrue();
  }

  @Test
  void judge_tokenOfWhatARunLeft_isCountedForAsLongAsThatIsServed() {
    snapshots.put(
        "default", REVISION, TestSnapshots.CHECKOUT, List.of(run(RunPhase.RUNNING)), List.of());
    String evidence = snapshots.token("checkout", Arm.ARM_TREATMENT, "new");
    EndedRun ended = ended("run-1", REVISION + 1, NOW - OutcomeLimits.AGE_MAX.toMillis() - 1);
    snapshots.put(
        "default",
        REVISION + 1,
        TestSnapshots.CHECKOUT,
        List.of(run(RunPhase.COMPLETED)),
        List.of(),
        List.of(ended));
    token = snapshots.token("checkout", Arm.ARM_NONE, "new");

    assertThat(judged(outcome())).isEqualTo(Judgement.Counted.COUNTED);
    assertThat(key(counted(), "refunds").place().afterEnd()).isTrue();
    assertThat(reason(evidence)).isEqualTo(RefusalReason.REFUSAL_REASON_TOO_OLD);

    snapshots.put(
        "default", REVISION + 2, TestSnapshots.CHECKOUT, List.of(), List.of(), List.of(ended));
    assertThat(reason(token)).isEqualTo(RefusalReason.REFUSAL_REASON_TOO_OLD);
  }

  private RefusalReason reason(String ofToken) {
    token = ofToken;
    return ((Refusal) judged(outcome())).reason();
  }

  @Test
  void judge_tokenOfARunThatIsBeingTakenBack_isStillEvidence() {
    snapshots.put(
        "default", REVISION, TestSnapshots.CHECKOUT, List.of(run(RunPhase.RUNNING)), List.of());
    token = snapshots.token("checkout", Arm.ARM_TREATMENT, "new");
    snapshots.put(
        "default",
        REVISION + 1,
        TestSnapshots.CHECKOUT,
        List.of(run(RunPhase.ROLLED_BACK)),
        List.of());

    assertThat(judged(outcome())).isEqualTo(Judgement.Counted.COUNTED);

    assertThat(key(counted(), "refunds").place().afterEnd()).isFalse();
  }

  /** The split has another unit by now, and another run. */
  @Test
  void judge_tokenOfAnEarlierRun_countsByTheUnitOfItsTime() {
    snapshots.put(
        "default", REVISION, TestSnapshots.CHECKOUT, List.of(run(RunPhase.RUNNING)), List.of());
    token = snapshots.token("checkout", Arm.ARM_TREATMENT, "new");
    List<SplitPeriod> periods =
        List.of(
            new SplitPeriod(
                "main", REVISION + 2, "device", List.of("new", "old"), SplitPeriod.NOT_ENDED),
            new SplitPeriod("main", 1, "user_key", List.of("new", "old"), NOW - 1));
    LiveRun later =
        new LiveRun(
            "main", "run-2", 1, "new", "old", 1, 4, false, RunPhase.RUNNING, LiveRun.NEVER_STALE);
    snapshots.put(
        "default",
        REVISION + 3,
        TestSnapshots.CHECKOUT,
        List.of(later),
        periods,
        List.of(ended("run-1", REVISION + 1, NOW - 2)));

    assertThat(judged(outcome())).isEqualTo(Judgement.Counted.COUNTED);

    Place place = key(counted(), "refunds").place();
    assertThat(place.run()).isEqualTo("run-1");
    assertThat(place.unit()).isEqualTo("user_key");
    assertThat(place.afterEnd()).isTrue();
  }

  @Test
  void judge_runEndedLongAgo_isTooOld() {
    long ended = NOW - OutcomeLimits.AGE_MAX.toMillis() - 1;
    judge =
        new Judge(
            new PlaceResolver(
                snapshots,
                (namespace, feature, split, run) ->
                    new KnownRun("new", "old", 3, REVISION + 1, ended, true)));
    token = token("default", "checkout", "main", "run-1", 2, Arm.ARM_TREATMENT, "new");

    assertThat(judged(outcome()))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.reason()).isEqualTo(RefusalReason.REFUSAL_REASON_TOO_OLD));
  }

  /** What is refused, one row for each way; nothing of it may stand in the log. */
  @TestFactory
  Stream<DynamicTest> judge_badInput_isRefused() {
    return Stream.of(
        row("NaN", "INVALID_VALUE", o -> o.putValues("price", Double.NaN)),
        row("infinity", "INVALID_VALUE", o -> o.putValues("price", Double.POSITIVE_INFINITY)),
        row("-infinity", "INVALID_VALUE", o -> o.putValues("price", Double.NEGATIVE_INFINITY)),
        row("too large", "INVALID_VALUE", o -> o.putValues("price", 1.0000001e12)),
        row("too low", "INVALID_VALUE", o -> o.putValues("price", -1.0000001e12)),
        row("negative duration", "INVALID_VALUE", o -> o.putValues("latency", -0.1)),
        row("half an event", "INVALID_VALUE", o -> o.putValues("bought", 0.5)),
        row("one bad value", "INVALID_VALUE", o -> o.putValues("price", 1).putValues("bought", 2)),
        row("unknown metric", "UNKNOWN_METRIC", o -> o.putValues("colour", 1)),
        row("ratio's own value", "UNKNOWN_METRIC", o -> o.putValues("price-per-sale", 1)),
        row("damaged token", "INVALID_TOKEN", o -> o.setDecisionToken(token.substring(1))),
        row("long token", "INVALID_TOKEN", o -> o.setDecisionToken("A".repeat(8_193))),
        row("no token", "MISSING_FEATURE", o -> o.clearDecisionToken()),
        row("no unit", "INVALID_UNIT_KEY", o -> o.clearUnitKey()),
        row("long unit", "INVALID_UNIT_KEY", o -> o.setUnitKey("é".repeat(513))),
        row("long instance", "INVALID_OUTCOME", o -> o.setInstanceId("i".repeat(129))),
        row("many values", "INVALID_OUTCOME", JudgeTest::manyValues),
        row("exposure with value", "INVALID_OUTCOME", o -> o.setExposure(true).putValues("p", 1)),
        row(
            "exposure without token",
            "INVALID_OUTCOME",
            o -> o.clearDecisionToken().setFeature("checkout").setExposure(true)),
        row("many dropped", "INVALID_OUTCOME", o -> o.setDropped(1_000_000_001)),
        row("more dropped than an int", "INVALID_OUTCOME", o -> o.setDropped(-1)),
        row("exposure that tells", "INVALID_OUTCOME", o -> o.setExposure(true).setDropped(1)),
        row(
            "dropped without token",
            "INVALID_OUTCOME",
            o -> o.clearDecisionToken().setFeature("checkout").setDropped(1)),
        row("other feature", "CONTRADICTS_TOKEN", o -> o.setFeature("lottery")),
        row("other namespace", "CONTRADICTS_TOKEN", o -> o.setNamespace("shop")),
        row("old", "TOO_OLD", o -> o.setTime(at(-OutcomeLimits.AGE_MAX.toMillis() - 1))),
        row("before 1970", "TOO_OLD", o -> o.setTime(Timestamp.newBuilder().setSeconds(-1))),
        row("no time", "INVALID_OUTCOME", o -> o.setTime(Timestamp.newBuilder().setNanos(-1))),
        row("ahead", "IN_THE_FUTURE", o -> o.setTime(at(60_001))),
        row(
            "unknown namespace without token",
            "UNKNOWN_NAMESPACE",
            o -> o.clearDecisionToken().setNamespace("nowhere").setFeature("checkout")),
        row(
            "unknown feature without token",
            "UNKNOWN_FEATURE",
            o -> o.clearDecisionToken().setFeature("nothing")),
        forged("UNKNOWN_NAMESPACE", "nowhere", "checkout", "main", "", 0, "ARM_SPLIT", "new"),
        forged("UNKNOWN_FEATURE", "default", "nothing", "main", "", 0, "ARM_SPLIT", "new"),
        forged("UNKNOWN_VARIANT", "default", "checkout", "main", "", 0, "ARM_SPLIT", "blue"),
        forged("UNKNOWN_PLACE", "default", "checkout", "other", "", 0, "ARM_SPLIT", "new"),
        forged("UNKNOWN_PLACE", "default", "checkout", "main", "", 1, "ARM_SPLIT", "new"),
        forged("UNKNOWN_PLACE", "default", "checkout", "main", "", 0, "ARM_CONTROL", "new"),
        forged("UNKNOWN_PLACE", "default", "checkout", "main", "r", 0, "ARM_CONTROL", "old"),
        forged("UNKNOWN_PLACE", "default", "checkout", "", "", 0, "ARM_SPLIT", "new"));
  }

  @TestFactory
  Stream<DynamicTest> judge_forgedTokenOfARun_isRefused() {
    return Stream.of(
            forged(
                "UNKNOWN_PLACE", "default", "checkout", "main", "run-1", 3, "ARM_CONTROL", "old"),
            forged("UNKNOWN_PLACE", "default", "checkout", "main", "run-1", -1, "ARM_NONE", "old"),
            forged("UNKNOWN_PLACE", "default", "checkout", "main", "run-1", 1, "ARM_SPLIT", "old"),
            forged(
                "UNKNOWN_PLACE", "default", "checkout", "main", "run-1", 1, "ARM_TREATMENT", "old"),
            forged(
                "UNKNOWN_PLACE", "default", "checkout", "main", "run-1", 1, "ARM_CONTROL", "new"))
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.getDisplayName(),
                    () -> {
                      snapshots.put(
                          "default",
                          REVISION,
                          TestSnapshots.CHECKOUT,
                          List.of(run(RunPhase.RUNNING)),
                          List.of());
                      row.getExecutable().execute();
                    }));
  }

  private static Outcome.Builder manyValues(Outcome.Builder outcome) {
    for (int i = 0; i <= OutcomeLimits.VALUES_MAX; i++) {
      outcome.putValues("m" + i, 1);
    }
    return outcome;
  }

  private static Timestamp at(long afterNowMillis) {
    return Timestamps.fromMillis(NOW + afterNowMillis);
  }

  private DynamicTest forged(
      String reason,
      String namespace,
      String feature,
      String split,
      String run,
      int stage,
      String arm,
      String variant) {
    String forged = token(namespace, feature, split, run, stage, Arm.valueOf(arm), variant);
    return row(
        String.join(" ", namespace, feature, split, run, "" + stage, arm, variant),
        reason,
        outcome -> outcome.setDecisionToken(forged));
  }

  private DynamicTest row(String name, String reason, UnaryOperator<Outcome.Builder> change) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          Judgement judgement = judged(change.apply(outcome()));
          assertThat(judgement)
              .isInstanceOfSatisfying(
                  Refusal.class,
                  refusal -> {
                    assertThat(refusal.reason())
                        .isEqualTo(RefusalReason.valueOf("REFUSAL_REASON_" + reason));
                    assertThat(refusal.displayed()).isFalse();
                    assertThat(refusal.text()).contains("expected: ").hasSizeLessThan(300);
                  });
          assertThat(log.size()).isZero();
        });
  }

  private static String token(
      String namespace,
      String feature,
      String split,
      String run,
      int stage,
      Arm arm,
      String variant) {
    return new DecisionToken(namespace, feature, split, run, stage, arm, variant, 0, REVISION)
        .encode();
  }

  private static EndedRun ended(String run, long revision, long millis) {
    return new EndedRun("main", run, 2, "new", "old", revision, millis);
  }

  private static LiveRun run(RunPhase phase) {
    return new LiveRun("main", "run-1", 2, "new", "old", 1, 4, false, phase, LiveRun.NEVER_STALE);
  }
}
