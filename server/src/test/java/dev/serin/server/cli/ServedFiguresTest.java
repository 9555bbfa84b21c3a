package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import dev.serin.engine.Bucketing;
import dev.serin.server.Await;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.AnalysisServiceGrpc.AnalysisServiceBlockingStub;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.ComparisonBasis;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.Document;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.SlotMetric;
import dev.serin.v1.TimeSlot;
import dev.serin.v1.VariantComparison;
import dev.serin.v1.VariantSummary;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.distribution.TDistribution;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server says of outcomes that were evaluated and reported over its API, recomputed from the
 * outcomes by the textbook; and the same in the tables of the command line.
 */
class ServedFiguresTest {
  private static final int USERS = 400;
  private static final long SLOT_MILLIS = 10_000;
  private static final double CAP = 40;

  private static final String FEATURE =
      """
      { "feature": { "key": "checkout", "defaultVariant": "old",
          "variants": [ { "key": "old", "value": 1 }, { "key": "new", "value": 2 } ],
          "splits": [ { "id": "main", "weights": [ { "variant": "old", "weight": 50 },
              { "variant": "new", "weight": 50 } ] } ],
          "defaultRule": { "split": "main" },
          "metrics": [
            { "key": "latency", "kind": "METRIC_KIND_QUANTILE", "measure": "ms",
                "better": "BETTER_DIRECTION_LOWER" },
            { "key": "failed", "kind": "METRIC_KIND_EVENT", "better": "BETTER_DIRECTION_LOWER" },
            { "key": "spend", "kind": "METRIC_KIND_MEAN", "measure": "CNY", "cap": 40,
                "better": "BETTER_DIRECTION_HIGHER" },
            { "key": "items", "kind": "METRIC_KIND_MEAN", "better": "BETTER_DIRECTION_HIGHER" },
            { "key": "price", "kind": "METRIC_KIND_RATIO", "numerator": "spend",
                "denominator": "items", "better": "BETTER_DIRECTION_HIGHER" },
            { "key": "slow", "kind": "METRIC_KIND_EVENT", "better": "BETTER_DIRECTION_LOWER",
                "when": { "metric": "latency", "above": 25 } },
            { "key": "lavish", "kind": "METRIC_KIND_EVENT", "better": "BETTER_DIRECTION_HIGHER",
                "when": { "metric": "spend", "above": 45 } } ] } }
      """;

  @TempDir static Path directory;
  private static TestServer server;
  private static ManagedChannel channel;
  private static final Map<String, List<Reported>> reported = new TreeMap<>();

  /** Begin of the first of three slots of ten seconds. */
  private static long begin;

  /** What one outcome said; values are multiples of 2^-10, which are counted as they are. */
  private record Reported(
      String user, int slot, double latency, double failed, double spend, double items) {
    double capped() {
      return Math.min(spend, CAP);
    }

    /** The bucket of docs/outcomes.md. */
    int bucket() {
      long draw =
          Bucketing.draw(Bucketing.hash(user), Bucketing.hash("variance:default/checkout/main"));
      return (int) Math.unsignedMultiplyHigh(draw, 128);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(directory);
    channel = NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
    var document = Document.newBuilder();
    JsonFormat.parser().merge(FEATURE, document);
    FeatureServiceGrpc.newBlockingStub(channel)
        .applyDocuments(
            ApplyDocumentsRequest.newBuilder()
                .addDocuments(ApplyDocument.newBuilder().setDocument(document))
                .build());
    begin = System.currentTimeMillis() / SLOT_MILLIS * SLOT_MILLIS - 12 * SLOT_MILLIS;
    report(new Random(20_261_122));
    Await.until("what was counted is loaded", ServedFiguresTest::isLoaded);
  }

  /** Outcomes may be acknowledged before what was counted earlier is loaded. */
  private static boolean isLoaded() {
    try {
      return compare().getSummariesCount() > 0;
    } catch (StatusRuntimeException notYet) {
      assertThat(notYet.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      return false;
    }
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  /** Users are served their variants, and report what comes of it. */
  private static void report(Random random) throws Exception {
    var batch = ReportOutcomeBatchRequest.newBuilder();
    for (int i = 0; i < USERS; i++) {
      String user = "user-" + i;
      EvaluateResponse answer = evaluate(user);
      boolean isNew = answer.getVariant().equals("new");
      double own = (isNew ? 17 : 20) * Math.exp(random.nextGaussian() / 2);
      for (int j = random.nextInt(3); j >= 0; j--) {
        Reported outcome =
            new Reported(
                user,
                random.nextInt(3),
                rounded(own * (1 + random.nextDouble())),
                random.nextInt(isNew ? 5 : 8) == 0 ? 1 : 0,
                rounded(own * 2 * random.nextDouble()),
                1 + random.nextInt(4));
        reported.computeIfAbsent(answer.getVariant(), v -> new ArrayList<>()).add(outcome);
        batch.addOutcomes(
            Outcome.newBuilder()
                .setDecisionToken(answer.getDecisionToken())
                .setUnitKey(user)
                .setTime(
                    Timestamps.fromMillis(
                        begin + outcome.slot() * SLOT_MILLIS + random.nextInt((int) SLOT_MILLIS)))
                .putValues("latency", outcome.latency())
                .putValues("failed", outcome.failed())
                .putValues("spend", outcome.spend())
                .putValues("items", outcome.items()));
      }
    }
    assertThat(
            OutcomeServiceGrpc.newBlockingStub(channel)
                .reportOutcomeBatch(batch.build())
                .getRefusedTotal())
        .isZero();
  }

  private static double rounded(double value) {
    return Math.rint(value * 1_024) / 1_024;
  }

  private static EvaluateResponse evaluate(String user) throws Exception {
    var decisions = DecisionServiceGrpc.newBlockingStub(channel);
    var request = EvaluateRequest.newBuilder().setFeature("checkout").setUserKey(user).build();
    if (reported.isEmpty()) {
      Await.until(
          "served",
          () -> {
            try {
              return decisions.evaluate(request).getFeatureRevision() > 0;
            } catch (StatusRuntimeException notYet) {
              return false;
            }
          });
    }
    return decisions.evaluate(request);
  }

  private static AnalysisServiceBlockingStub analysis() {
    return AnalysisServiceGrpc.newBlockingStub(channel);
  }

  private static CompareVariantsResponse compare() {
    return analysis()
        .compareVariants(CompareVariantsRequest.newBuilder().setFeature("checkout").build());
  }

  private static VariantSummary summary(
      CompareVariantsResponse response, String metric, String variant) {
    return response.getSummariesList().stream()
        .filter(row -> row.getMetric().equals(metric) && row.getVariant().equals(variant))
        .findFirst()
        .orElseThrow();
  }

  private static VariantComparison comparison(
      CompareVariantsResponse response, String metric, ComparisonBasis basis) {
    return response.getComparisonsList().stream()
        .filter(row -> row.getMetric().equals(metric) && row.getBasis() == basis)
        .findFirst()
        .orElseThrow();
  }

  /** A sample, and what the textbook makes of it. */
  private static final class Sample {
    private final double[] values;
    private final double[] of;
    private final int[] buckets;

    private Sample(double[] values, double[] of, int[] buckets) {
      this.values = values;
      this.of = of;
      this.buckets = buckets;
    }

    static Sample of(String variant, ToDoubleFunction<Reported> value) {
      return ratio(variant, value, outcome -> 1);
    }

    static Sample ratio(
        String variant, ToDoubleFunction<Reported> numerator, ToDoubleFunction<Reported> of) {
      List<Reported> outcomes = reported.getOrDefault(variant, List.of());
      return new Sample(
          outcomes.stream().mapToDouble(numerator).toArray(),
          outcomes.stream().mapToDouble(of).toArray(),
          outcomes.stream().mapToInt(Reported::bucket).toArray());
    }

    int count() {
      return values.length;
    }

    double sum() {
      return Arrays.stream(values).sum();
    }

    double mean() {
      return sum() / Arrays.stream(of).sum();
    }

    double variance() {
      double mean = mean();
      return Arrays.stream(values).map(value -> Math.pow(value - mean, 2)).sum() / (count() - 1);
    }

    /** The value of a rank. */
    double quantile(double share) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    /** Buckets that have users. */
    int filled() {
      return (int) Arrays.stream(buckets).distinct().count();
    }

    /** Squared standard error of the mean: one user bucket left out at a time. */
    double jackknife() {
      double[] without = new double[128];
      for (int bucket = 0; bucket < without.length; bucket++) {
        double sum = 0;
        double divisor = 0;
        for (int i = 0; i < values.length; i++) {
          if (buckets[i] != bucket) {
            sum += values[i];
            divisor += of[i];
          }
        }
        without[bucket] = sum / divisor;
      }
      double middle = Arrays.stream(without).average().orElseThrow();
      return 127. / 128 * Arrays.stream(without).map(each -> Math.pow(each - middle, 2)).sum();
    }
  }

  private static void assertClose(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, within(1e-9 * Math.abs(expected)));
  }

  private static long users(String variant) {
    return reported.getOrDefault(variant, List.of()).stream()
        .map(Reported::user)
        .distinct()
        .count();
  }

  @Test
  void compare_overTheApi_isWhatTheOutcomesSay() {
    CompareVariantsResponse response = compare();

    assertThat(response.getSplit()).isEqualTo("main");
    assertThat(response.getControl()).isEqualTo("old");
    assertThat(response.getPeriod()).isPositive();
    assertThat(Timestamps.toMillis(response.getDataUntil())).isEqualTo(begin + 3 * SLOT_MILLIS);
    assertThat(response.getSummariesCount()).isEqualTo(2 * 7);
    for (String variant : List.of("old", "new")) {
      assertSummary(summary(response, "latency", variant), Sample.of(variant, Reported::latency));
      assertSummary(summary(response, "spend", variant), Sample.of(variant, Reported::capped));
      assertSummary(summary(response, "items", variant), Sample.of(variant, Reported::items));
    }
    assertDifference(response, "latency", "new", Reported::latency);
    assertDifference(response, "spend", "", Reported::capped);
    assertDifference(response, "failed", "old", Reported::failed);
  }

  private static void assertSummary(VariantSummary row, Sample sample) {
    assertThat(row.getArm()).isEqualTo(Arm.ARM_SPLIT);
    assertThat(row.getCount()).isEqualTo(sample.count());
    assertThat(row.getUsers()).isEqualTo(users(row.getVariant()));
    assertThat(row.getSum()).isEqualTo(sample.sum());
    assertClose(row.getMean(), sample.mean());
    assertClose(row.getStandardDeviation(), Math.sqrt(sample.variance()));
    assertClose(row.getStandardError(), Math.sqrt(sample.jackknife()));
    assertThat(row.getMin()).isEqualTo(sample.quantile(1e-9));
    assertThat(row.getMax()).isEqualTo(sample.quantile(1));
    for (Map.Entry<Double, Double> quantile :
        Map.of(.5, row.getMedian(), .95, row.getP95(), .99, row.getP99()).entrySet()) {
      double expected = sample.quantile(quantile.getKey());
      assertThat(quantile.getValue()).isCloseTo(expected, within(.011 * expected));
    }
    assertThat(row.getMissingList()).isEmpty();
  }

  /** Checks Welch's test, Cohen's d, and the error by users beside them. */
  private static void assertDifference(
      CompareVariantsResponse response,
      String metric,
      String better,
      ToDoubleFunction<Reported> value) {
    Sample fresh = Sample.of("new", value);
    Sample old = Sample.of("old", value);
    VariantComparison row = comparison(response, metric, ComparisonBasis.COMPARISON_BASIS_OUTCOMES);
    double difference = fresh.mean() - old.mean();
    double a = fresh.variance() / fresh.count();
    double b = old.variance() / old.count();
    double t = difference / Math.sqrt(a + b);
    double freedom = Math.pow(a + b, 2) / (a * a / (fresh.count() - 1) + b * b / (old.count() - 1));
    assertThat(row.getTreatment()).isEqualTo("new");
    assertClose(row.getDifference(), difference);
    assertClose(row.getDifferencePercent(), 100 * difference / old.mean());
    assertThat(row.getBetter()).isEqualTo(better.isEmpty() ? winner(difference) : better);
    assertClose(row.getT(), t);
    assertClose(row.getDegreesOfFreedom(), freedom);
    assertClose(row.getP(), 2 * TDistribution.of(freedom).survivalProbability(Math.abs(t)));
    double pooled =
        ((fresh.count() - 1) * fresh.variance() + (old.count() - 1) * old.variance())
            / (fresh.count() + old.count() - 2);
    assertClose(row.getCohensD(), difference / Math.sqrt(pooled));
    double error = Math.sqrt(fresh.jackknife() + old.jackknife());
    int filled = Math.min(fresh.filled(), old.filled());
    double ofUsers = TDistribution.of(filled - 1).inverseSurvivalProbability(.025);
    assertClose(row.getUserStandardError(), error);
    assertClose(row.getUserLower(), difference - ofUsers * error);
    assertClose(row.getUserUpper(), difference + ofUsers * error);
    assertThat(row.getMissingList()).isEmpty();
  }

  /** Of a metric that is better when it is higher. */
  private static String winner(double difference) {
    return difference > 0 ? "new" : "old";
  }

  @Test
  void compare_event_countsUsersToWhomItHappened() {
    CompareVariantsResponse response = compare();

    for (String variant : List.of("old", "new")) {
      Set<String> failed = new HashSet<>();
      reported.getOrDefault(variant, List.of()).stream()
          .filter(outcome -> outcome.failed() == 1)
          .forEach(outcome -> failed.add(outcome.user()));
      VariantSummary row = summary(response, "failed", variant);
      assertThat(row.getUsersWithEvent()).isEqualTo(failed.size());
      assertThat(row.getUsers()).isEqualTo(users(variant));
      assertClose(row.getUserShare(), failed.size() / (double) users(variant));
    }
    VariantComparison row = comparison(response, "failed", ComparisonBasis.COMPARISON_BASIS_USERS);
    assertClose(
        row.getDifference(),
        summary(response, "failed", "new").getUserShare()
            - summary(response, "failed", "old").getUserShare());
  }

  /** Nobody reports these: they follow from what is reported of another metric, before its cap. */
  @Test
  void compare_eventMadeOfValues_countsUsersAndOutcomesBeyondTheLimit() {
    assertMadeEvent("slow", outcome -> outcome.latency() > 25);
    assertMadeEvent("lavish", outcome -> outcome.spend() > 45);
  }

  private static void assertMadeEvent(String metric, Predicate<Reported> happened) {
    CompareVariantsResponse response = compare();
    for (String variant : List.of("old", "new")) {
      List<Reported> outcomes = reported.getOrDefault(variant, List.of());
      List<Reported> beyond = outcomes.stream().filter(happened).toList();
      long users = beyond.stream().map(Reported::user).distinct().count();
      VariantSummary row = summary(response, metric, variant);
      // Some do and some do not, and some of them more often than once.
      assertThat(users).isPositive().isLessThan(beyond.size());
      assertThat(row.getUsersWithEvent()).isEqualTo(users);
      assertClose(row.getUserShare(), users / (double) users(variant));
      assertThat(row.getCount()).isEqualTo(outcomes.size());
      assertThat(row.getSum()).isEqualTo(beyond.size());
    }
    VariantComparison row = comparison(response, metric, ComparisonBasis.COMPARISON_BASIS_USERS);
    assertThat(row.getAnyTime().hasLogE()).isTrue();
    assertDifference(response, metric, row.getBetter(), of -> happened.test(of) ? 1 : 0);
  }

  @Test
  void compare_ratio_isThatOfSums() {
    CompareVariantsResponse response = compare();

    double error = 0;
    for (String variant : List.of("old", "new")) {
      Sample sample = Sample.ratio(variant, Reported::capped, Reported::items);
      VariantSummary row = summary(response, "price", variant);
      assertThat(row.getCount()).isEqualTo(sample.count());
      assertClose(row.getMean(), sample.mean());
      assertClose(row.getStandardError(), Math.sqrt(sample.jackknife()));
      error += sample.jackknife();
    }
    VariantComparison row =
        comparison(response, "price", ComparisonBasis.COMPARISON_BASIS_OUTCOMES);
    assertClose(row.getUserStandardError(), Math.sqrt(error));
  }

  @Test
  void series_overTheApi_isWhatTheOutcomesSaySlotBySlot() {
    List<TimeSlot> slots =
        analysis()
            .getTimeSeries(
                GetTimeSeriesRequest.newBuilder()
                    .setFeature("checkout")
                    .setFrom(Timestamps.fromMillis(begin))
                    .setUntil(Timestamps.fromMillis(begin + 3 * SLOT_MILLIS))
                    .build())
            .getSlotsList();

    assertThat(slots).hasSize(3 * 2);
    for (TimeSlot slot : slots) {
      long number = (Timestamps.toMillis(slot.getTime()) - begin) / SLOT_MILLIS;
      List<Reported> outcomes =
          reported.getOrDefault(slot.getVariant(), List.of()).stream()
              .filter(outcome -> outcome.slot() == number)
              .toList();
      assertThat(slot.getOutcomes()).isEqualTo(outcomes.size());
      double[] values = outcomes.stream().mapToDouble(Reported::latency).sorted().toArray();
      SlotMetric latency = metric(slot, "latency");
      assertThat(latency.getCount()).isEqualTo(values.length);
      assertThat(latency.getSum()).isEqualTo(Arrays.stream(values).sum());
      assertThat(latency.getMin()).isEqualTo(values[0]);
      assertThat(latency.getMax()).isEqualTo(values[values.length - 1]);
      for (Map.Entry<Double, Double> quantile :
          Map.of(.5, latency.getP50(), .95, latency.getP95(), .99, latency.getP99()).entrySet()) {
        double expected = values[(int) Math.ceil(quantile.getKey() * values.length) - 1];
        assertThat(quantile.getValue()).isCloseTo(expected, within(.045 * expected));
      }
      double failed = outcomes.stream().mapToDouble(Reported::failed).sum();
      assertClose(metric(slot, "failed").getMean(), failed / outcomes.size());
      double spend = outcomes.stream().mapToDouble(Reported::capped).sum();
      double items = outcomes.stream().mapToDouble(Reported::items).sum();
      assertClose(metric(slot, "price").getMean(), spend / items);
    }
  }

  private static SlotMetric metric(TimeSlot slot, String key) {
    return slot.getMetricsList().stream()
        .filter(row -> row.getMetric().equals(key))
        .findFirst()
        .orElseThrow();
  }

  /** The cells of the rows of a table that begin so. */
  private static List<String[]> rows(Run run, String... begin) {
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return run.out()
        .lines()
        .map(line -> line.strip().split(" {2,}"))
        .filter(cells -> cells.length > begin.length)
        .filter(cells -> Arrays.asList(cells).subList(0, begin.length).equals(List.of(begin)))
        .toList();
  }

  @Test
  void compareCommand_shows_whatTheApiSays() {
    Run run = server.run("compare", "checkout", "--metric=latency");

    for (String variant : List.of("old", "new")) {
      VariantSummary expected = summary(compare(), "latency", variant);
      String[] cells = rows(run, "latency", variant, "split").get(0);
      assertThat(cells)
          .startsWith(
              "latency",
              variant,
              "split",
              Long.toString(expected.getCount()),
              Long.toString(expected.getUsers()),
              ComparisonText.shown(expected.getMean()),
              ComparisonText.shown(expected.getStandardError()),
              ComparisonText.shown(expected.getMedian()));
    }
    VariantComparison expected =
        comparison(compare(), "latency", ComparisonBasis.COMPARISON_BASIS_OUTCOMES);
    assertThat(rows(run, "latency", "new").get(1))
        .startsWith(
            "latency",
            "new",
            ComparisonText.shown(expected.getDifference()),
            ComparisonText.shown(expected.getUserStandardError()))
        .endsWith(expected.getEffect(), "new");
  }

  @Test
  void seriesCommand_shows_aRowForEachSlotAndVariant() {
    Run run = server.run("series", "checkout", "--metric=latency", "--last=10m");

    for (int slot = 0; slot < 3; slot++) {
      int number = slot;
      String time = Timestamps.toString(Timestamps.fromMillis(begin + slot * SLOT_MILLIS));
      for (String variant : List.of("old", "new")) {
        long count =
            reported.getOrDefault(variant, List.of()).stream()
                .filter(outcome -> outcome.slot() == number)
                .count();
        assertThat(rows(run, time, variant))
            .singleElement()
            .satisfies(cells -> assertThat(cells).contains("latency", Long.toString(count)));
      }
    }
  }
}
