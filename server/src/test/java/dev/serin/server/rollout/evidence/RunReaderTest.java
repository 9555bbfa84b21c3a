package dev.serin.server.rollout.evidence;

import static dev.serin.server.rollout.evidence.CountedRun.expose;
import static dev.serin.server.rollout.evidence.CountedRun.judged;
import static dev.serin.server.rollout.evidence.CountedRun.place;
import static dev.serin.server.rollout.evidence.CountedRun.reader;
import static dev.serin.server.rollout.evidence.CountedRun.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.FrozenSizes;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.Arm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunReaderTest {
  private static final int USERS = 1_000;

  private static final RolloutPlan RAMP = ramp(5, 25, 50);
  private static final JudgedMetric ERRORS = judged(RAMP.metrics().get(0), Kind.EVENT);
  private static final JudgedMetric LATENCY = judged(RAMP.metrics().get(1), Kind.QUANTILE);
  private static final List<JudgedMetric> METRICS = List.of(ERRORS, LATENCY);

  private final CountedRun counted = new CountedRun();

  private static RolloutPlan ramp(int... shares) {
    StringBuilder stages = new StringBuilder("stages:\n");
    for (int share : shares) {
      stages.append("- {name: s%d, kind: expand, share: %d}\n".formatted(share, share));
    }
    return Plans.with(
        stages
            + """
            - {name: full, kind: full, share: 100}
            guardrails: [{metric: errors}, {metric: latency}]
            """);
  }

  /** All users of a stage come, and these of them err. */
  private void stage(int stage, double share, double erringFrom, double erringTo) {
    stage(counted, stage, share, erringFrom, erringTo);
  }

  private static void stage(
      CountedRun run, int stage, double share, double erringFrom, double erringTo) {
    run.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            double draw = user / (double) USERS;
            Place place = place(stage, draw, share);
            expose(builder, place, user);
            boolean errs = draw >= erringFrom && draw < erringTo;
            report(builder, place, ERRORS, user, errs ? 1 : 0);
          }
        });
  }

  private static MetricCounts counts(RunReader.Reading reading, String metric) {
    return Objects.requireNonNull(reading.metrics().get(metric), metric);
  }

  private MetricCounts.Events errors(RolloutPlan plan, int stage) {
    return counts(reader(plan, METRICS).read(counted.view(), stage), "errors")
        .events()
        .orElseThrow();
  }

  @Test
  void events_ofUsersWhoErrInEachStage_countOnceInTheRun() {
    stage(1, .05, 0, 1);
    stage(2, .25, 0, 1);
    MetricCounts.Events errors = errors(RAMP, 2);
    assertThat(errors.run().parts())
        .containsExactly(new RunProcess.Part(.5, new ArmCounts(250, 250)));
    assertThat(errors.runExposed()).isEqualTo(new ArmCounts(250, 250));
    assertThat(errors.stage()).isEqualTo(new ArmCounts(250, 250));
    assertThat(errors.stageExposed()).isEqualTo(new ArmCounts(250, 250));
  }

  /**
   * From a tenth to eight tenths: who erred in the remainder enters the treatment all but alone,
   * and is no evidence when he errs again. Who errs for the first time is.
   */
  @Test
  void events_ofTheRemainder_areNoNewEvidenceWhenTheShareJumps() {
    RolloutPlan plan = ramp(10, 80);
    stage(1, .1, .3, .5);
    stage(2, .8, .3, .6);
    MetricCounts.Events errors = errors(plan, 2);
    assertThat(errors.run().parts())
        .containsExactly(
            new RunProcess.Part(.5, ArmCounts.NONE),
            new RunProcess.Part(.8, new ArmCounts(100, 0)));
    // The stage's own process sees all of them, the surplus included.
    assertThat(errors.stage()).isEqualTo(new ArmCounts(300, 0));
    assertThat(errors.stageExposed()).isEqualTo(new ArmCounts(800, 200));
  }

  @Test
  void firstExposures_whenTheShareJumps_areThoseOfNewUsers() {
    RolloutPlan plan = ramp(10, 80);
    counted.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            double draw = user / (double) USERS;
            if (user % 2 == 0) {
              expose(builder, place(1, draw, .1), user);
            }
            expose(builder, place(2, draw, .8), user);
          }
        });
    assertThat(reader(plan, METRICS).read(counted.view(), 2).firstExposures())
        .containsExactly(
            new SampleRatio.Factor(List.of(.5, .5), List.of(50L, 50L)),
            new SampleRatio.Factor(List.of(.8, 1 - .8), List.of(400L, 100L)));
  }

  @Test
  void users_foundInBothVariants_areInNeither() {
    stage(1, .5, 0, 1);
    counted.count(
        builder -> {
          for (int user = 0; user < 30; user++) {
            expose(builder, place(1, .9, .5), user);
          }
        });
    MetricCounts.Events errors = errors(ramp(50), 1);
    assertThat(errors.run().users()).isEqualTo(new ArmCounts(470, 500));
    assertThat(errors.stageExposed()).isEqualTo(new ArmCounts(470, 500));

    // An outcome marks a user as exposed whom nobody drew.
    counted.count(builder -> report(builder, place(1, .9, .5), LATENCY, USERS, 5));
    assertThat(reader(ramp(50), METRICS).read(counted.view(), 1).users())
        .isEqualTo(
            new RunReader.Users(
                new ArmCounts(470, 500), new ArmCounts(470, 501), ArmCounts.NONE, 30));
  }

  @Test
  void values_aboveAHalf_leaveTheSurplusOut() {
    RolloutPlan plan = ramp(80);
    counted.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            report(builder, place(1, user / (double) USERS, .8), LATENCY, user, 10 + user % 7);
          }
        });
    MetricCounts latency = counts(reader(plan, METRICS).read(counted.view(), 1), "latency");
    MetricCounts.Stage stage = latency.stages().getFirst();
    assertThat(stage.treatment().buckets().users()).isEqualTo(200);
    assertThat(stage.control().buckets().users()).isEqualTo(200);
    assertThat(stage.treatment().bins().orElseThrow().total()).isEqualTo(200);
    assertThat(latency.users()).isEqualTo(new ArmCounts(200, 200));
    assertThat(latency.events()).isEmpty();
  }

  /** Users of both stages are counted once, those of one stage too. */
  @Test
  void users_ofSeveralStages_areCountedOnce() {
    counted.count(
        builder -> {
          for (int user = 0; user < 20; user++) {
            expose(builder, place(1, .01, .05), user);
          }
          for (int user = 15; user < 40; user++) {
            expose(builder, place(2, .01, .25), user);
          }
        });
    assertThat(counts(reader(RAMP, METRICS).read(counted.view(), 2), "latency").users())
        .isEqualTo(new ArmCounts(40, 0));
  }

  @Test
  void counts_ofWhatHasNotChanged_areTheLastOnes() {
    stage(1, .05, 0, .5);
    RunReader reader = reader(RAMP, METRICS);
    RunReader.Reading first = reader.read(counted.view(), 1);
    assertThat(reader.read(counted.view(), 1)).isSameAs(first);

    counted.count(builder -> report(builder, place(1, 0, .05), LATENCY, 0, 12));
    RunReader.Reading second = reader.read(counted.view(), 1);
    assertThat(counts(second, "errors")).isSameAs(counts(first, "errors"));
    assertThat(counts(second, "latency").stamp()).isNotEqualTo(counts(first, "latency").stamp());

    // A new user changes what every metric is a share of.
    counted.count(builder -> expose(builder, place(1, 0, .05), USERS));
    RunReader.Reading third = reader.read(counted.view(), 1);
    assertThat(counts(third, "errors").events().orElseThrow().stageExposed())
        .isEqualTo(new ArmCounts(51, 50));
    assertThat(third.firstExposures().getFirst().users()).containsExactly(51L, 50L);

    // Another stage asks other questions of the same counts.
    assertThat(counts(reader.read(counted.view(), 2), "errors").stamp())
        .isNotEqualTo(counts(third, "errors").stamp());
  }

  /** A new generation counts whom it keeps and sees first: its sets begin anew. */
  @Test
  void counts_afterThinning_areThoseOfTheGeneration() {
    stage(1, .5, 0, .1);
    RunReader reader = reader(ramp(50), METRICS);
    MetricCounts before = counts(reader.read(counted.view(), 1), "errors");
    counted.view().thin(counted.view().nextGeneration());
    RunReader.Reading thinned = reader.read(counted.view(), 1);
    assertThat(thinned.generation()).isEqualTo(1);
    MetricCounts after = counts(thinned, "errors");
    assertThat(before.events().orElseThrow().stageExposed()).isEqualTo(new ArmCounts(500, 500));
    assertThat(after.events().orElseThrow().stageExposed()).isEqualTo(ArmCounts.NONE);
    assertThat(after.stamp()).isNotEqualTo(before.stamp());
    // Values are not thinned, nor are sizes as people see them.
    assertThat(after.users()).isEqualTo(new ArmCounts(500, 500));
    assertThat(after.stages().getFirst().control().buckets().users()).isEqualTo(500);
  }

  /** Who errs again is no new evidence: what he showed in the generation before is multiplied. */
  @Test
  void users_ofAnEarlierStage_areNotNewAfterThinning() {
    stage(1, .05, 0, 1);
    RunReader reader = reader(RAMP, METRICS);
    reader.read(counted.view(), 1);
    counted.view().thin(counted.view().nextGeneration());
    stage(2, .25, 0, 1);

    RunReader.Reading again = reader.read(counted.view(), 2);

    MetricCounts.Events errors = counts(again, "errors").events().orElseThrow();
    assertThat(errors.stage().treatment()).as("the stage sees them all").isPositive();
    assertThat(errors.run().users()).isEqualTo(ArmCounts.NONE);
    assertThat(again.firstExposures())
        .hasSize(2)
        .allSatisfy(factor -> assertThat(factor.users()).containsExactly(0L, 0L));

    counted.count(
        builder -> {
          for (int user = USERS; user < 2 * USERS; user++) {
            expose(builder, place(2, .1, .25), user);
            report(builder, place(2, .1, .25), ERRORS, user, 1);
          }
        });
    long kept =
        LongStream.range(USERS, 2 * USERS)
            .filter(user -> counted.view().thinning().keeps(CountedRun.unit(user)))
            .count();
    RunReader.Reading others = reader.read(counted.view(), 2);
    assertThat(counts(others, "errors").events().orElseThrow().run().users())
        .isEqualTo(new ArmCounts(kept, 0));
    assertThat(others.firstExposures().getLast().users()).containsExactly(kept, 0L);
  }

  /** What is asked of all users is not asked of those who are kept, or were first seen since. */
  @Test
  void users_afterThinning_areEstimatesOfAll() {
    stage(1, .5, 0, .1);
    counted.count(
        builder -> {
          for (int user = 0; user < 100; user++) {
            expose(builder, place(1, .9, .5), user);
          }
        });
    RunReader reader = reader(ramp(50), METRICS);
    RunReader.Users before = reader.read(counted.view(), 1).users();
    ArmCounts inOneArm = new ArmCounts(400, 500);
    assertThat(before).isEqualTo(new RunReader.Users(inOneArm, inOneArm, ArmCounts.NONE, 100));

    counted.view().thin(counted.view().nextGeneration());

    long kept =
        LongStream.range(0, 100)
            .filter(user -> counted.view().thinning().keeps(CountedRun.unit(user)))
            .count();
    assertThat(reader.read(counted.view(), 1).users())
        .isEqualTo(new RunReader.Users(inOneArm, inOneArm, ArmCounts.NONE, 2 * kept));
  }

  /** Values are not thinned: they are read where no user is kept, too. */
  @Test
  void values_afterThinning_goOn() {
    FrozenSizes next = counted.view().nextGeneration();
    List<Long> dropped =
        LongStream.range(0, USERS)
            .filter(user -> !next.thinning().keeps(CountedRun.unit(user)))
            .limit(20)
            .boxed()
            .toList();
    RunReader reader = reader(ramp(50), METRICS);
    latencies(dropped.subList(0, 10), .1);
    latencies(dropped.subList(10, 20), .9);
    reader.read(counted.view(), 1);
    counted.view().thin(counted.view().nextGeneration());
    reader.read(counted.view(), 1);
    latencies(dropped.subList(0, 10), .1);
    MetricCounts.Stage stage =
        counts(reader.read(counted.view(), 1), "latency").stages().getFirst();
    assertThat(stage.treatment().bins().orElseThrow().total()).isEqualTo(20);
    assertThat(stage.control().bins().orElseThrow().total()).isEqualTo(10);
    assertThat(stage.treatment().buckets().users()).isEqualTo(10);
  }

  private void latencies(List<Long> users, double draw) {
    counted.count(
        builder -> {
          for (long user : users) {
            report(builder, place(1, draw, .5), LATENCY, user, 12);
          }
        });
  }

  /** What expires elsewhere gives other numbers to users: sets of before are of no use. */
  @Test
  void counts_afterOthersExpired_areThoseOfANewReader() {
    Place foreign =
        new Place("shop", "search", "main", "r-0", 0, 1, Arm.ARM_TREATMENT, "a", false, "user_key");
    counted.count(
        builder -> {
          for (int user = USERS; user < USERS + 500; user++) {
            expose(builder, foreign, user);
          }
        });
    stage(1, .05, 0, 1);
    RunReader reader = reader(RAMP, METRICS);
    reader.read(counted.view(), 2);
    assertThat(counted.view().expire(foreign::equals)).isTrue();
    stage(2, .25, 0, 1);
    MetricCounts.Events errors =
        counts(reader.read(counted.view(), 2), "errors").events().orElseThrow();
    assertThat(errors).isEqualTo(errors(RAMP, 2));
    assertThat(errors.runExposed()).isEqualTo(new ArmCounts(250, 250));
  }

  /** A server that falls behind reads its view anew. */
  @Test
  void counts_ofAnotherViewOfEqualSizes_areThoseOfThatView() {
    RunReader reader = reader(ramp(50), METRICS);
    stage(1, .5, 0, .1);
    CountedRun other = new CountedRun();
    stage(other, 1, .5, .9, 1);
    MetricCounts before = counts(reader.read(counted.view(), 1), "errors");
    MetricCounts after = counts(reader.read(other.view(), 1), "errors");
    assertThat(before.events().orElseThrow().stage()).isEqualTo(new ArmCounts(100, 0));
    assertThat(after.events().orElseThrow().stage()).isEqualTo(new ArmCounts(0, 100));
    assertThat(after.stamp()).isNotEqualTo(before.stamp());
  }

  /** What a flush of the generation before brings late was not first seen in this one. */
  @Test
  void counts_whereOneUserTakesThePlaceOfAnother_areThoseOfTheOther() {
    MergedView view = counted.view();
    FrozenSizes next = view.nextGeneration();
    long[] kept =
        LongStream.range(0, USERS)
            .filter(user -> next.thinning().keeps(CountedRun.unit(user)))
            .limit(2)
            .toArray();
    Place place = place(1, 0, .5);
    DeltaBuilder late = new DeltaBuilder(view);
    expose(late, place, kept[0]);
    view.thin(next);
    counted.count(
        builder -> {
          expose(builder, place, kept[0]);
          report(builder, place, ERRORS, kept[0], 1);
        });
    RunReader reader = reader(ramp(50), METRICS);
    MetricCounts before = counts(reader.read(view, 1), "errors");
    view.apply(late.build());
    counted.count(builder -> expose(builder, place, kept[1]));
    MetricCounts after = counts(reader.read(view, 1), "errors");
    assertThat(before.events().orElseThrow().stage()).isEqualTo(new ArmCounts(1, 0));
    assertThat(after.events().orElseThrow().stage()).isEqualTo(ArmCounts.NONE);
    assertThat(after.events().orElseThrow().stageExposed()).isEqualTo(new ArmCounts(1, 0));
  }

  @Test
  void stages_withoutControl_areNotCompared() {
    stage(1, .5, 0, .1);
    stage(2, 1, 0, .1);
    MetricCounts errors = counts(reader(ramp(50), METRICS).read(counted.view(), 2), "errors");
    assertThat(errors.stages()).extracting(MetricCounts.Stage::number).containsExactly(1);
    assertThat(errors.events().orElseThrow().run().users()).isEqualTo(new ArmCounts(100, 0));
    assertThat(errors.events().orElseThrow().stageExposed()).isEqualTo(new ArmCounts(1_000, 0));
  }

  @Test
  void flow_ofUsersWhoComeAgain_tellsWhenTheyCameLast() {
    RunReader reader = reader(RAMP, METRICS);
    Place treatment = place(1, 0, .05);
    assertThat(reader.read(counted.view(), 1).flow()).isEqualTo(StageFlow.NONE);
    counted.count(
        builder -> {
          builder.exposure(treatment, CountedRun.unit(1), CountedRun.NOW);
          builder.exposure(place(1, .5, .05), CountedRun.unit(2), CountedRun.NOW + 5);
        });
    RunReader.Reading first = reader.read(counted.view(), 1);
    assertThat(first.flow().treatmentMillis()).hasValue(CountedRun.NOW);
    assertThat(first.flow().controlMillis()).as("none of the remainder").isEmpty();

    counted.count(
        builder -> builder.exposure(treatment, CountedRun.unit(1), CountedRun.NOW + 61_000));
    RunReader.Reading second = reader.read(counted.view(), 1);
    assertThat(second.stamp()).isEqualTo(first.stamp());
    assertThat(counts(second, "errors")).isSameAs(counts(first, "errors"));
    Instant began = Instant.ofEpochMilli(CountedRun.NOW - 1_000);
    Instant now = Instant.ofEpochMilli(CountedRun.NOW + 400_000);
    assertThat(second.flow().sinceTreatment(began, now)).isEqualTo(Duration.ofSeconds(339));
    assertThat(second.flow().sinceControl(began, now)).isEqualTo(Duration.ofSeconds(401));
    assertThat(second.flow().sinceControl(now, began)).as("clock set back").isZero();
  }

  @Test
  void flow_ofOutcomes_isOfThoseSinceTheStageWasFirstRead() {
    Place nowhere = new Place("shop", "checkout", "", "", 0, 0, Arm.ARM_NONE, "", false, "");
    counted.count(builder -> builder.outcome(nowhere, CountedRun.NOW));
    RunReader reader = reader(RAMP, METRICS);
    assertThat(reader.read(counted.view(), 1).flow().outcomes()).isZero();
    counted.count(
        builder -> {
          builder.outcome(nowhere, CountedRun.NOW);
          builder.outcome(place(1, 0, .05), CountedRun.NOW);
          builder.outcome(place(1, .99, .05), CountedRun.NOW);
          builder.outcome(place(2, 0, .25), CountedRun.NOW);
        });
    RunReader.Reading reading = reader.read(counted.view(), 1);
    assertThat(reading.flow().outcomes()).isEqualTo(3);
    assertThat(reading.flow().withoutToken()).isEqualTo(1);
    DataQuality.Stage data =
        reading
            .flow()
            .data(
                reading.users(),
                reading.values(),
                .5,
                Instant.EPOCH,
                Instant.EPOCH,
                Duration.ofSeconds(12));
    assertThat(DataQuality.USUAL.problems(data))
        .extracting(DataQuality.Problem::state)
        .containsExactly(DataQuality.State.STALE);
  }

  /** After a restart, or on another replica: from the next slot on, of an hour, or of a day. */
  @ParameterizedTest
  @ValueSource(longs = {20_000, 7_200_000})
  void flow_ofAStageThatIsUnderWay_isOfThoseSinceItBegan(long sinceMillis) {
    Place nowhere = new Place("shop", "checkout", "", "", 0, 0, Arm.ARM_NONE, "", false, "");
    long began = CountedRun.NOW - sinceMillis;
    RunReader first = reader(RAMP, METRICS);
    counted.count(
        builder -> {
          for (int i = 0; i < 70; i++) {
            builder.outcome(nowhere, began - 60_000);
          }
        });
    assertThat(first.read(counted.view(), 1).flow().outcomes()).isZero();
    counted.count(
        builder -> {
          for (int i = 0; i < 30; i++) {
            builder.outcome(nowhere, began + 60_000);
            builder.outcome(nowhere, CountedRun.NOW);
            builder.outcome(place(1, 0, .05), CountedRun.NOW);
          }
        });
    RunReader other = reader(RAMP, METRICS);
    other.began(1, began);

    StageFlow flow = first.read(counted.view(), 1).flow();
    assertThat(flow.withoutToken()).isEqualTo(60);
    assertThat(flow.outcomes()).isEqualTo(90);
    assertThat(other.read(counted.view(), 1).flow()).isEqualTo(flow);
    counted.count(builder -> builder.outcome(nowhere, CountedRun.NOW));
    assertThat(other.read(counted.view(), 1).flow().withoutToken()).isEqualTo(61);
    assertThat(other.read(counted.view(), 2).flow().outcomes()).as("the next stage").isZero();
  }

  /** Unlike shares of all outcomes: of the whole stage, so that another replica sees the same. */
  @Test
  void drops_ofReporters_areOfTheStagesArms() {
    Place treatment = place(1, 0, .05);
    Place remainder = place(1, .5, .05);
    counted.count(
        builder -> {
          for (int i = 0; i < 200; i++) {
            builder.outcome(treatment, CountedRun.NOW);
          }
          builder.outcome(place(1, .99, .05), CountedRun.NOW);
        });
    RunReader reader = reader(RAMP, METRICS);
    assertThat(reader.read(counted.view(), 1).flow().drops()).isEqualTo(DataQuality.Drops.NONE);
    counted.count(
        builder -> {
          builder.at(treatment).dropped(3);
          builder.at(remainder).dropped(50);
          builder.at(place(2, 0, .25)).dropped(70);
        });
    DataQuality.Drops drops = new DataQuality.Drops(new ArmCounts(3, 0), new ArmCounts(200, 1));

    RunReader.Reading reading = reader.read(counted.view(), 1);

    assertThat(reading.flow().drops()).isEqualTo(drops);
    RunReader other = reader(RAMP, METRICS);
    assertThat(other.read(counted.view(), 1).flow().drops()).isEqualTo(drops);
    DataQuality.Stage data =
        reading
            .flow()
            .data(
                reading.users(), reading.values(), .5, Instant.EPOCH, Instant.EPOCH, Duration.ZERO);
    assertThat(DataQuality.USUAL.problems(data))
        .extracting(DataQuality.Problem::sentence)
        .containsExactly("reporters dropped, or had refused, 3 of 203 outcomes of the treatment");
  }

  /** All users come, and those from a draw on report. */
  private RunReader.Users usersWhereSomeReport(double from, int every) {
    counted.count(
        builder -> {
          for (int user = 0; user < USERS; user++) {
            double draw = user / (double) USERS;
            Place place = place(1, draw, .5);
            expose(builder, place, user);
            if (draw >= from && user % every == 0) {
              builder.event(CellKey.reporters(place), CountedRun.unit(user));
            }
          }
        });
    return reader(ramp(50), METRICS).read(counted.view(), 1).users();
  }

  @Test
  void reporting_whereAllOfAnArmReport_isOfBothArms() {
    assertThat(usersWhereSomeReport(.1, 1).reporting()).isEqualTo(new ArmCounts(400, 500));
  }

  /** Who has nothing to report is not lost. */
  @Test
  void reporting_whereSomeHaveSomethingToReport_isNotAsked() {
    assertThat(usersWhereSomeReport(.1, 2).reporting()).isEqualTo(ArmCounts.NONE);
  }

  @Test
  void values_ofMetrics_areThoseOfTheStageByArm() {
    counted.count(
        builder -> {
          report(builder, place(1, 0, .05), ERRORS, 1, 1);
          report(builder, place(2, 0, .25), ERRORS, 1, 1);
          report(builder, place(2, .1, .25), ERRORS, 2, 0);
          report(builder, place(2, .5, .25), ERRORS, 3, 1);
          report(builder, place(2, .9, .25), ERRORS, 4, 0);
        });
    RunReader reader = reader(RAMP, METRICS);

    // The remainder is no arm, and the latency is reported by nobody.
    assertThat(reader.read(counted.view(), 2).values())
        .containsOnly(
            Map.entry("errors", new ArmCounts(2, 1)), Map.entry("latency", ArmCounts.NONE));
    counted.count(builder -> report(builder, place(2, .9, .25), ERRORS, 5, 0));
    assertThat(reader.read(counted.view(), 2).values())
        .containsEntry("errors", new ArmCounts(2, 2));
  }
}
