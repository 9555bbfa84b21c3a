package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.serin.engine.DecisionToken;
import dev.serin.server.outcome.TestReporter;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeRefusal;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.ReportOutcomeResponse;
import dev.serin.v1.Session;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rows of docs/outcomes.md, "What is refused, and how", in its order, over the API of one whole
 * server: the answer, the meter, and a neighbour's stream on the same connection that goes on.
 */
class BadOutcomesTest {
  private static final Path PAGE = Path.of("../docs/outcomes.md");

  private static final String FEATURE =
      """
      { "feature": { "key": "checkout", "defaultVariant": "old",
          "variants": [ { "key": "old", "value": 1 }, { "key": "new", "value": 2 } ],
          "splits": [ { "id": "main", "weights": [ { "variant": "old", "weight": 50 },
              { "variant": "new", "weight": 50 } ] } ],
          "defaultRule": { "split": "main" } } }
      """;

  private static final String[] METRICS = {
    metric("bought", "METRIC_KIND_EVENT", ""),
    metric("latency", "METRIC_KIND_QUANTILE", "ms"),
    metric("waited", "METRIC_KIND_MEAN", "s"),
    metric("price", "METRIC_KIND_MEAN", "CNY"),
    """
    { "metric": { "key": "price-per-sale", "kind": "METRIC_KIND_RATIO", "numerator": "price",
        "denominator": "bought", "better": "BETTER_DIRECTION_HIGHER" } }
    """,
  };

  /** Rows that have a test of their own, here or in ManyStreamsIT. */
  private static final List<String> ROWS_ALONE =
      List.of(
          "foreign token",
          "reversal",
          "4 MB message",
          "client that does not read",
          "two processes with one producer name",
          "ten thousand streams",
          "stream that sends nothing");

  @TempDir static Path directory;
  private static RunningServer server;
  private static String token = "";
  private static Neighbour neighbour;
  private static final AtomicLong sessions = new AtomicLong();

  private static String metric(String key, String kind, String measure) {
    return """
    { "metric": { "key": "%s", "kind": "%s", "measure": "%s", "better": "BETTER_DIRECTION_LOWER" } }
    """
        .formatted(key, kind, measure);
  }

  /** Somebody who reports as one should, and gets every acknowledgement. */
  private static final class Neighbour {
    private static final int OUTCOMES = 5;
    private final TestReporter reporter = report();
    private long sent;

    void goesOn() throws InterruptedException {
      Outcome[] outcomes = goods(OUTCOMES);
      if (sent == 0) {
        reporter.open(session(), 1, outcomes);
      } else {
        reporter.send(sent + 1, outcomes);
      }
      sent += OUTCOMES;
      assertThat(reporter.awaitCommitted(sent).getRefusedTotal()).isZero();
    }

    void end() throws Exception {
      assertThat(reporter.halfClose().end().getStatus()).isEqualTo(Status.OK);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.start(directory.resolve("own"));
    String[] documents = Arrays.copyOf(METRICS, METRICS.length + 1);
    documents[METRICS.length] = FEATURE;
    server.apply(documents);
    token = tokenOf(server, "checkout");
    // So that tokens of a store with a shorter history are not taken for newer ones.
    for (int i = 0; i < 3; i++) {
      server.apply(metric("later-" + i, "METRIC_KIND_EVENT", ""));
    }
    neighbour = new Neighbour();
  }

  @AfterAll
  static void stop() throws Exception {
    neighbour.end();
    server.close();
  }

  @AfterEach
  void onlyTheNamedIsRefused() throws Exception {
    assertThat(server.unlistedErrors()).isEmpty();
    neighbour.goesOn();
    Set<Place> places =
        server.look(view -> view.keys().stream().map(CellKey::place).collect(Collectors.toSet()));
    DecisionToken known = DecisionToken.decode(token);
    assertThat(places)
        .allSatisfy(
            place -> {
              assertThat(place.feature()).isEqualTo("checkout");
              assertThat(place.split()).isEqualTo("main");
              assertThat(place.run()).isEmpty();
              assertThat(place.period()).isEqualTo(known.period());
              assertThat(place.stage()).isZero();
              assertThat(place.arm()).isEqualTo(Arm.ARM_SPLIT);
            });
  }

  private static String tokenOf(RunningServer of, String feature) {
    return of.decisions()
        .evaluate(EvaluateRequest.newBuilder().setFeature(feature).setUserKey("ada").build())
        .getDecisionToken();
  }

  private static TestReporter report() {
    return new TestReporter(server.channel());
  }

  private static Session session() {
    String id = new UUID(0xabc, sessions.incrementAndGet()).toString();
    return TestReporter.SESSION.toBuilder().setSession(id).build();
  }

  private static Outcome good() {
    return Outcome.newBuilder()
        .setDecisionToken(token)
        .setUnitKey("ada")
        .putValues("bought", 1)
        .build();
  }

  private static Outcome[] goods(int count) {
    Outcome[] outcomes = new Outcome[count];
    Arrays.fill(outcomes, good());
    return outcomes;
  }

  private static long refused(String reason) throws Exception {
    return (long) server.meter("serin_outcomes_refused_total{reason=\"" + reason + "\"}");
  }

  private static long ended(String reason) throws Exception {
    return (long) server.meter("serin_outcome_calls_ended_total{reason=\"" + reason + "\"}");
  }

  private static Timestamp fromNow(Duration ahead) {
    return Timestamps.fromMillis(System.currentTimeMillis() + ahead.toMillis());
  }

  private static Arguments refusal(
      String row, String reason, UnaryOperator<Outcome.Builder> change) {
    return Arguments.of(row, reason, change);
  }

  private static Arguments value(String row, String metric, double value) {
    return refusal(row, "INVALID_VALUE", o -> o.putValues(metric, value));
  }

  private static Arguments forged(String row, String reason, Consumer<ForgedToken> change) {
    return refusal(row, reason, o -> o.setDecisionToken(ForgedToken.like(token, change)));
  }

  /** With one character changed. */
  private static String damaged(String whole) {
    int middle = whole.length() / 2;
    char other = whole.charAt(middle) == 'A' ? 'B' : 'A';
    return whole.substring(0, middle) + other + whole.substring(middle + 1);
  }

  static Stream<Arguments> refusals() {
    String unknown = "unknown namespace, feature, variant, metric";
    String damaged = "token that is damaged, or longer than 8 KiB";
    String forged = "token well-formed but forged";
    String eventOrRatio = "event other than 0 or 1";
    String negative = "negative duration";
    String noFeature = "neither token nor feature; no unit key, or one too long";
    return Stream.of(
        value("NaN, ±infinity", "price", Double.NaN),
        value("NaN, ±infinity", "price", Double.POSITIVE_INFINITY),
        value("NaN, ±infinity", "price", Double.NEGATIVE_INFINITY),
        value("NaN, ±infinity", "bought", Double.NaN),
        value("NaN, ±infinity", "latency", Double.POSITIVE_INFINITY),
        value("beyond ±10^12", "price", Math.nextUp(1e12)),
        value("beyond ±10^12", "price", Math.nextDown(-1e12)),
        value(negative, "latency", -Double.MIN_VALUE),
        value(negative, "waited", -0.001),
        value(eventOrRatio, "bought", 0.5),
        value(eventOrRatio, "bought", 2),
        refusal(
            unknown,
            "UNKNOWN_NAMESPACE",
            o -> o.clearDecisionToken().setNamespace("nowhere").setFeature("checkout")),
        refusal(unknown, "UNKNOWN_FEATURE", o -> o.clearDecisionToken().setFeature("nothing")),
        forged(unknown, "UNKNOWN_NAMESPACE", t -> t.namespace = "nowhere"),
        forged(unknown, "UNKNOWN_FEATURE", t -> t.feature = "nothing"),
        forged(unknown, "UNKNOWN_VARIANT", t -> t.variant = "newest"),
        refusal(unknown, "UNKNOWN_METRIC", o -> o.putValues("clicks", 1)),
        refusal(unknown, "UNKNOWN_METRIC", o -> o.putValues("price-per-sale", 1)),
        refusal(damaged, "INVALID_TOKEN", o -> o.setDecisionToken(damaged(token))),
        refusal(damaged, "INVALID_TOKEN", o -> o.setDecisionToken(token + "=?")),
        refusal(damaged, "INVALID_TOKEN", o -> o.setDecisionToken("A".repeat(8 * 1024 + 1))),
        forged(forged, "UNKNOWN_PLACE", t -> t.split = "aside"),
        forged(
            forged,
            "UNKNOWN_PLACE",
            t -> {
              t.run = "run-7";
              t.period = 0;
            }),
        forged(forged, "UNKNOWN_PLACE", t -> t.stage = 1),
        forged(forged, "UNKNOWN_PLACE", t -> t.period = 1),
        forged(forged, "UNKNOWN_PLACE", t -> t.arm = Arm.ARM_TREATMENT),
        forged("token newer than R's snapshot", "UNKNOWN_PLACE", t -> t.featureRevision = 1_000),
        refusal(
            "token and `feature` that contradict each other",
            "CONTRADICTS_TOKEN",
            o -> o.setFeature("search")),
        refusal(noFeature, "MISSING_FEATURE", Outcome.Builder::clearDecisionToken),
        refusal(noFeature, "INVALID_UNIT_KEY", Outcome.Builder::clearUnitKey),
        refusal(noFeature, "INVALID_UNIT_KEY", o -> o.setUnitKey("ü".repeat(512) + "u")),
        refusal(
            "`dropped` above 10^9, of an exposure, or without a token",
            "INVALID_OUTCOME",
            o -> o.setDropped(1_000_000_001)),
        refusal(
            "more than 1 min ahead",
            "IN_THE_FUTURE",
            o -> o.setTime(fromNow(Duration.ofMinutes(2)))),
        refusal("older than 7 days", "TOO_OLD", o -> o.setTime(fromNow(Duration.ofDays(-8)))),
        refusal("older than 7 days", "TOO_OLD", o -> o.setTime(Timestamps.MIN_VALUE)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("refusals")
  void outcome_ofARow_isRefusedByNameAndConsumesItsSequence(
      String row, String reason, UnaryOperator<Outcome.Builder> change) throws Exception {
    isRefused(reason, change.apply(good().toBuilder()).build());
  }

  private static void isRefused(String reason, Outcome bad) throws Exception {
    long refused = refused(reason);
    long counted = server.countedOutcomes();
    long neighbours = neighbour.sent;

    TestReporter reporter = report().open(session(), 1, goods(2));
    reporter.awaitCommitted(2);
    reporter.send(3, good(), bad, good());
    neighbour.goesOn();
    ReportOutcomeResponse answer = reporter.awaitCommitted(5);

    assertThat(answer.getRefusedTotal()).isEqualTo(1);
    OutcomeRefusal refusal = answer.getRefusals(0);
    assertThat(refusal.getSequence()).isEqualTo(4);
    assertThat(refusal.getReason()).isEqualTo(RefusalReason.valueOf("REFUSAL_REASON_" + reason));
    assertThat(refusal.getDescription()).contains(": ", "(expected: ");
    assertThat(refused(reason)).isEqualTo(refused + 1);
    assertThat(server.countedOutcomes() - counted).isEqualTo(4 + neighbour.sent - neighbours);
    assertThat(reporter.halfClose().end().getStatus()).isEqualTo(Status.OK);
  }

  @Test
  void foreignToken_ofAnotherStore_isUnknownHere() throws Exception {
    try (RunningServer other = RunningServer.start(directory.resolve("other"))) {
      // Its split is younger than ours, its history shorter.
      other.apply(METRICS);
      other.apply(FEATURE, FEATURE.replace("checkout", "search"));
      assertThat(other.server().awaitRevision("default", 3, Duration.ofSeconds(60))).isTrue();

      isRefused(
          "UNKNOWN_PLACE", good().toBuilder().setDecisionToken(tokenOf(other, "checkout")).build());
      isRefused(
          "UNKNOWN_FEATURE", good().toBuilder().setDecisionToken(tokenOf(other, "search")).build());
    }
  }

  private static Arguments end(
      String row, String reason, Status.Code code, int committed, Consumer<TestReporter> sends) {
    return Arguments.of(row, reason, code, committed, sends);
  }

  private static Arguments invalid(String text, Consumer<Session.Builder> change) {
    return end(
        text,
        "INVALID_REQUEST",
        Status.Code.INVALID_ARGUMENT,
        0,
        reporter -> {
          Session.Builder session = session().toBuilder();
          change.accept(session);
          reporter.open(session.build(), 1, goods(2));
        });
  }

  static Stream<Arguments> ends() {
    String invalid = "outcomes with a session and no sequence";
    return Stream.of(
        end(
            "sequence gap",
            "SEQUENCE_GAP",
            Status.Code.OUT_OF_RANGE,
            2,
            r -> r.open(session(), 1, goods(2)).send(4, goods(1))),
        end(
            invalid,
            "INVALID_REQUEST",
            Status.Code.INVALID_ARGUMENT,
            0,
            r -> r.open(session(), 0, goods(1))),
        end(
            invalid,
            "INVALID_REQUEST",
            Status.Code.INVALID_ARGUMENT,
            2,
            r -> r.open(session(), 1, goods(2)).send(0, goods(1))),
        end(
            invalid,
            "INVALID_REQUEST",
            Status.Code.INVALID_ARGUMENT,
            0,
            r -> r.open(session(), Long.MAX_VALUE, goods(2))),
        end(
            invalid,
            "INVALID_REQUEST",
            Status.Code.INVALID_ARGUMENT,
            2,
            r -> r.open(session(), 1, goods(2)).open(session(), 3, goods(1))),
        invalid(invalid, s -> s.setSession("7")),
        invalid(invalid, s -> s.setSession(s.getSession().toUpperCase(Locale.ROOT))),
        invalid(invalid, Session.Builder::clearProducer),
        invalid(invalid, s -> s.setProducer("p".repeat(129))),
        invalid(
            invalid, s -> s.setAttempt(System.currentTimeMillis() + Duration.ofDays(2).toMillis())),
        invalid(invalid, s -> s.setAttempt(-1)),
        end(
            "watermark more than 1 min ahead",
            "INVALID_REQUEST",
            Status.Code.INVALID_ARGUMENT,
            2,
            r ->
                r.open(session(), 1, goods(2))
                    .send(
                        ReportOutcomeRequest.newBuilder()
                            .setWatermark(fromNow(Duration.ofMinutes(2)))
                            .build())));
  }

  @ParameterizedTest(name = "{0}: {1}, {3} before it")
  @MethodSource("ends")
  void message_ofARow_endsItsCallAfterWhatCameBefore(
      String row, String reason, Status.Code code, int committed, Consumer<TestReporter> sends)
      throws Exception {
    long ended = ended(reason);
    long counted = server.countedOutcomes();
    long neighbours = neighbour.sent;

    TestReporter reporter = report();
    sends.accept(reporter);
    neighbour.goesOn();
    GrpcError error = GrpcError.of(reporter.end());

    assertThat(error.reason()).isEqualTo(reason);
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.text()).contains(": ", "(expected: ");
    if (committed > 0) {
      assertThat(reporter.awaitCommitted(committed).getRefusedTotal()).isZero();
    }
    assertThat(ended(reason)).isEqualTo(ended + 1);
    assertThat(server.countedOutcomes() - counted)
        .isEqualTo(committed + neighbour.sent - neighbours);
  }

  @Test
  void gap_error_saysWhichSequenceIsExpected() throws Exception {
    TestReporter reporter = report().open(session(), 1, goods(2)).send(4, goods(1));

    assertThat(GrpcError.of(reporter.end()).metadata()).containsEntry("expected_sequence", "3");
  }

  @Test
  void reversal_isSkippedAndAcknowledged() throws Exception {
    double skipped = server.meter("serin_outcomes_skipped_total");
    long counted = server.countedOutcomes();
    long neighbours = neighbour.sent;

    TestReporter reporter = report().open(session(), 1, goods(5));
    reporter.awaitCommitted(5);
    reporter.send(2, goods(6)).awaitCommitted(7);
    neighbour.goesOn();
    reporter.send(1, goods(3));

    assertThat(reporter.next().getCommittedSequence()).isEqualTo(7);
    assertThat(server.meter("serin_outcomes_skipped_total")).isEqualTo(skipped + 4 + 3);
    assertThat(server.countedOutcomes() - counted).isEqualTo(7 + neighbour.sent - neighbours);
    assertThat(reporter.halfClose().end().getStatus()).isEqualTo(Status.OK);
  }

  @Test
  void message_ofFourMegabytes_endsItsCallAfterWhatCameBefore() throws Exception {
    long ended = ended("REQUEST_TOO_LARGE");
    TestReporter reporter = report().open(session(), 1, goods(2));
    reporter.awaitCommitted(2);

    reporter.send(3, goods(4));
    reporter.send(7, good().toBuilder().setInstanceId("x".repeat(4_000_000)).build());
    neighbour.goesOn();
    GrpcError error = GrpcError.of(reporter.end());

    assertThat(error.reason()).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(error.text()).contains("1048576 bytes");
    assertThat(reporter.awaitCommitted(6).getCommittedSequence()).isEqualTo(6);
    assertThat(ended("REQUEST_TOO_LARGE")).isEqualTo(ended + 1);
  }

  @Test
  void client_thatDoesNotRead_isHeldUpAloneAndGetsAllWhenItReads() throws Exception {
    int messages = 100;
    Outcome[] bad = new Outcome[100];
    Arrays.fill(bad, good().toBuilder().putValues("bought", 2).build());
    long refused = refused("INVALID_VALUE");
    // Small windows, so that a few answers fill them.
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.server().grpcPort())
            .usePlaintext()
            .flowControlWindow(64 * 1024)
            .build();
    try {
      TestReporter deaf = new TestReporter(channel, false).open(session(), 1, bad);
      for (int i = 1; i < messages; i++) {
        deaf.send(i * 100L + 1, bad);
      }
      Await.until("held up", () -> server.meter("serin_outcome_streams_unread") == 1);
      for (int i = 0; i < 10; i++) {
        neighbour.goesOn();
      }
      // What the windows hold, 1 000 that are kept, and two messages.
      assertThat(refused("INVALID_VALUE") - refused).isLessThan(5_000);
      assertThat(server.meter("serin_outcome_streams_unread")).isEqualTo(1);

      deaf.read(Integer.MAX_VALUE);
      deaf.halfClose();
      long told = 0;
      ReportOutcomeResponse answer;
      do {
        answer = deaf.next();
        told += answer.getRefusalsCount();
      } while (answer.getCommittedSequence() < messages * 100L);

      assertThat(told).isEqualTo(messages * 100L);
      assertThat(deaf.end().getStatus().isOk()).isTrue();
      assertThat(refused("INVALID_VALUE") - refused).isEqualTo(told);
      assertThat(server.meter("serin_outcome_streams_unread")).isZero();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void twoProcesses_withOneName_areBothCounted() throws Exception {
    long counted = server.countedOutcomes();
    long neighbours = neighbour.sent;

    TestReporter one = report().open(session(), 1, goods(2));
    TestReporter two = report().open(session(), 1, goods(3));
    one.awaitCommitted(2);
    two.awaitCommitted(3);
    one.send(3, goods(1)).awaitCommitted(3);
    two.send(4, goods(1)).awaitCommitted(4);
    neighbour.goesOn();

    assertThat(server.countedOutcomes() - counted).isEqualTo(7 + neighbour.sent - neighbours);
    one.cut();
    two.cut();
  }

  @Test
  void twoProcesses_withOneSession_theOlderIsFenced() throws Exception {
    long ended = ended("PRODUCER_FENCED");
    long counted = server.countedOutcomes();
    long neighbours = neighbour.sent;
    Session copied = session();
    Session older = copied.toBuilder().setAttempt(1).build();
    Session newer = copied.toBuilder().setAttempt(2).build();

    TestReporter first = report().open(older, 1, goods(2));
    first.awaitCommitted(2);
    TestReporter second = report().open(newer, 1, goods(4));
    neighbour.goesOn();
    GrpcError error = GrpcError.of(first.end());
    second.awaitCommitted(4);
    GrpcError again = GrpcError.of(report().open(older, 3, goods(1)).end());

    assertThat(error.reason()).isEqualTo("PRODUCER_FENCED");
    assertThat(error.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(again).isEqualTo(error);
    assertThat(ended("PRODUCER_FENCED")).isEqualTo(ended + 2);
    second.send(5, goods(1)).awaitCommitted(5);
    assertThat(server.countedOutcomes() - counted).isEqualTo(5 + neighbour.sent - neighbours);
    second.cut();
  }

  @Test
  void stream_thatSendsNothing_isKept() throws Exception {
    // Those of other tests were cut, or have heard their end.
    Await.until("the neighbour's alone", () -> server.meter("serin_outcome_streams") == 1);
    TestReporter silent = report();
    TestReporter opened = report().open(session(), 1);
    assertThat(opened.next().getOpened()).isTrue();
    Await.until("open", () -> server.meter("serin_outcome_streams") == 3);
    neighbour.goesOn();

    assertThat(silent.hasEnded()).isFalse();
    assertThat(opened.hasEnded()).isFalse();
    opened.send(1, goods(1)).awaitCommitted(1);
    assertThat(silent.halfClose().end().getStatus()).isEqualTo(Status.OK);
    assertThat(opened.halfClose().end().getStatus()).isEqualTo(Status.OK);
  }

  @Test
  void watermark_thatGoesBack_isIgnored() throws Exception {
    TestReporter reporter = report().open(session(), 1, goods(1));
    for (Duration ahead : List.of(Duration.ZERO, Duration.ofHours(-1))) {
      reporter.send(ReportOutcomeRequest.newBuilder().setWatermark(fromNow(ahead)).build());
    }
    reporter.send(2, goods(1)).awaitCommitted(2);
    neighbour.goesOn();
    assertThat(reporter.halfClose().end().getStatus()).isEqualTo(Status.OK);
  }

  /** A row that is added to the page has no test yet, one that is gone needs none. */
  @Test
  void page_rows_areThoseThatAreTested() throws Exception {
    List<String> lines = Files.readAllLines(PAGE);
    List<String> rows =
        lines.stream()
            .skip(lines.indexOf("| bad input | answer |") + 2L)
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> line.split("\\|", -1)[1].strip())
            .toList();
    Set<String> tested = new LinkedHashSet<>(ROWS_ALONE);
    refusals().forEach(row -> tested.add((String) row.get()[0]));
    ends().forEach(row -> tested.add((String) row.get()[0]));

    assertThat(rows).hasSameSizeAs(tested);
    assertThat(tested).allSatisfy(name -> assertThat(rows).anyMatch(row -> row.startsWith(name)));
  }
}
