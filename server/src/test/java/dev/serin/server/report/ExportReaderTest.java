package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.GrpcError;
import dev.serin.server.outcome.CommittedFeed;
import dev.serin.server.outcome.CommittedRecords;
import dev.serin.server.outcome.RecordWalk;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.ExportedDecision;
import dev.serin.v1.ExportedKind;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** One reader, its thread and its transport driven step by step. */
class ExportReaderTest {
  private static final int BYTES_MAX = 1_000 * ListedRecords.RECORD_BYTES;

  private final CommittedFeed feed = new CommittedFeed();
  private final FakeExportCall call = new FakeExportCall();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final AtomicLong lost = new AtomicLong();
  private final List<ExportReader> gone = new ArrayList<>();
  private ExportLine line = new ExportLine(new ExportFilter("shop", Set.of()), BYTES_MAX);

  private ExportReader begin() {
    ExportReader reader =
        new ExportReader(line, feed, call, tasks::add, lost::addAndGet, gone::add);
    reader.begin();
    return reader;
  }

  private ExportReader begin(String... features) {
    line = new ExportLine(new ExportFilter("shop", Set.of(features)), BYTES_MAX);
    return begin();
  }

  /** Lets the export's thread do all there is to do. */
  private void work() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  private void commit(CommittedRecords... records) {
    feed.committed(List.of(records));
  }

  private List<Long> units() {
    return call.decisions().stream()
        .map(decision -> Long.parseUnsignedLong(decision.getUnitHash(), 16))
        .toList();
  }

  private static List<Long> units(long first, long end) {
    return LongStream.range(first, end).boxed().toList();
  }

  private GrpcError end() {
    assertThat(call.end).isNotNull();
    return GrpcError.of((StatusRuntimeException) call.end);
  }

  @Test
  void reader_begins_isToldWithAnEmptyMessageAtOnce() {
    begin();
    work();

    assertThat(call.sent).hasSize(1);
    assertThat(call.sent.getFirst().getDecisionsCount()).isZero();
  }

  @Test
  void reader_committedRecords_areSentInOrder() {
    begin();
    call.take(100);
    commit(ListedRecords.of("ranking", 0, 3), ListedRecords.of("search", 3, 2));
    commit(ListedRecords.of("ranking", 5, 1));
    work();

    assertThat(units()).isEqualTo(units(0, 6));
    assertThat(line.waitingBytes()).isZero();
    assertThat(call.end).isNull();
  }

  @Test
  void reader_outcomeAndExposures_sayWhatTheyAre() {
    begin();
    call.take(10);
    Place ofRun =
        new Place("shop", "f", "main", "r-1", 0, 3, Arm.ARM_CONTROL, "old", true, "user_key");
    Place ofCall = ListedRecords.place("shop", "lottery", "");
    Place nothingDrawn = new Place("shop", "f", "", "", 0, 0, Arm.ARM_NONE, "old", false, "");
    commit(
        new ListedRecords()
            .outcome(ofRun, -1)
            .exposure(ofRun, 2)
            .outcome(ofCall, 3)
            .outcome(nothingDrawn, 4)
            .exposure(nothingDrawn, 0));
    work();

    ExportedDecision outcome =
        ExportedDecision.newBuilder()
            .setKind(ExportedKind.EXPORTED_KIND_OUTCOME)
            .setTime(Timestamps.fromMillis(ListedRecords.TIME - 1))
            .setNamespace("shop")
            .setFeature("f")
            .setSplit("main")
            .setRunId("r-1")
            .setStage(3)
            .setArm(Arm.ARM_CONTROL)
            .setVariant("old")
            .setAfterEnd(true)
            .setUnitHash("ffffffffffffffff")
            .putValues("latency", -.5)
            .build();
    assertThat(call.decisions().get(0)).isEqualTo(outcome);
    assertThat(call.decisions().get(1))
        .isEqualTo(
            outcome.toBuilder()
                .setKind(ExportedKind.EXPORTED_KIND_EXPOSURE)
                .setTime(Timestamps.fromMillis(ListedRecords.TIME + 2))
                .setUnitHash("0000000000000002")
                .clearValues()
                .build());
    assertThat(call.decisions().get(2).getUnitHash()).isEmpty();
    assertThat(call.decisions().get(2).getPeriod()).isEqualTo(7);
    assertThat(call.decisions().get(3).getUnitHash()).isEqualTo("0000000000000004");
    assertThat(call.decisions().get(4).getUnitHash()).isEmpty();
  }

  @Test
  void reader_ofOneFeature_getsThatOfItsNamespaceAlone() {
    begin("ranking");
    call.take(100);
    commit(
        ListedRecords.of("search", 100, 50),
        new ListedRecords()
            .outcome(ListedRecords.place("shop", "search", "user_key"), 101)
            .outcome(ListedRecords.place("shop", "ranking", "user_key"), 0)
            .outcome(ListedRecords.place("other", "ranking", "user_key"), 102)
            .outcome(ListedRecords.place("shop", "ranking", "user_key"), 1));
    // Only the second message is held for it.
    assertThat(line.waitingBytes()).isEqualTo(4 * ListedRecords.RECORD_BYTES);
    work();

    assertThat(units()).isEqualTo(units(0, 2));
    assertThat(line.left()).isZero();
  }

  @Test
  void reader_notReady_isSentNothingUntilItIs() {
    begin();
    commit(ListedRecords.of("ranking", 0, 10));
    work();
    assertThat(call.decisions()).isEmpty();
    assertThat(tasks).isEmpty();

    call.take(1);
    work();

    assertThat(units()).isEqualTo(units(0, 10));
  }

  @Test
  void messages_areBoundedInRecordsAndBytes() {
    line = new ExportLine(new ExportFilter("shop", Set.of()), Long.MAX_VALUE);
    begin();
    call.take(1_000);
    commit(ListedRecords.of("ranking", 0, 2_500));
    work();
    assertThat(call.sent.stream().map(message -> message.getDecisionsCount()))
        .containsExactly(0, 1_000, 1_000, 500);

    String feature = "f".repeat(1_000);
    commit(ListedRecords.of(feature, 2_500, 1_000));
    work();

    assertThat(units()).isEqualTo(units(0, 3_500));
    assertThat(call.sent.stream().skip(4))
        .hasSizeGreaterThan(3)
        .allMatch(message -> message.getSerializedSize() < ExportLine.MESSAGE_BYTES + 10_000);
  }

  @Test
  void reader_tooSlow_isEndedWithTheNumberItWasNotSent() {
    begin();
    commit(ListedRecords.of("ranking", 0, 900));
    call.take(1);
    work();
    commit(ListedRecords.of("ranking", 900, 800));
    work();
    assertThat(call.end).isNull();

    // No room beside the 800; the second message of the same flush counts too.
    commit(ListedRecords.of("ranking", 1_700, 150), ListedRecords.of("ranking", 1_850, 100));
    assertThat(line.waitingBytes()).isLessThanOrEqualTo(BYTES_MAX);
    assertThat(feed.isFollowed()).isFalse();
    commit(ListedRecords.of("ranking", 1_950, 100));
    work();

    assertThat(end().code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(end().reason()).isEqualTo("EXPORT_TOO_SLOW");
    assertThat(end().metadata()).containsEntry("lost", "1050");
    assertThat(units()).isEqualTo(units(0, 900));
    assertThat(lost).hasValue(1_050);
    assertThat(line.waitingBytes()).isZero();
    call.take(1);
    work();
    assertThat(units()).hasSize(900);
  }

  @Test
  void reader_ofEverySpeed_isSentOrToldOfEachRecordOnce() {
    for (int seed = 0; seed < 200; seed++) {
      ExportReaderTest other = new ExportReaderTest();
      other.randomReader(new Random(seed), "seed " + seed);
    }
  }

  private void randomReader(Random random, String seed) {
    begin();
    long committed = 0;
    while (committed < 20_000 && feed.isFollowed()) {
      int count = 1 + random.nextInt(400);
      commit(ListedRecords.of("ranking", committed, count));
      committed += count;
      assertThat(line.waitingBytes()).as(seed).isBetween(0L, (long) BYTES_MAX);
      if (random.nextInt(3) > 0) {
        call.take(random.nextInt(3));
      }
      if (random.nextBoolean()) {
        work();
      }
    }
    call.take(100);
    work();
    assertThat(units()).as(seed).isEqualTo(units(0, call.decisions().size()));
    assertThat(call.decisions().size() + lost.get()).as(seed).isEqualTo(committed);
    assertThat(call.end == null).as(seed).isEqualTo(lost.get() == 0);
  }

  @Test
  void flush_largerThanTheBound_isTakenByAReaderThatHasNothingWaiting() {
    begin();
    commit(ListedRecords.of("ranking", 0, 5_000));
    assertThat(feed.isFollowed()).isTrue();
    call.take(5);
    work();

    assertThat(units()).isEqualTo(units(0, 5_000));
    commit(ListedRecords.of("ranking", 5_000, 5_000));
    commit(ListedRecords.of("ranking", 10_000, 1));
    assertThat(feed.isFollowed()).isFalse();
  }

  @Test
  void caller_gone_freesAllThatWasHeld() {
    begin();
    commit(ListedRecords.of("ranking", 0, 900));
    work();
    call.cancel();
    work();

    assertThat(feed.isFollowed()).isFalse();
    assertThat(line.waitingBytes()).isZero();
    assertThat(gone).hasSize(1);
    assertThat(lost).hasValue(0);
    assertThat(call.end).isNull();
    call.take(10);
    work();
    assertThat(call.decisions()).isEmpty();
  }

  @Test
  void reader_thatWasEnded_isGoneWhenItHasHeardIt() {
    ExportReader reader = begin();
    reader.abandon();
    work();
    assertThat(reader.isOver()).isTrue();
    assertThat(gone).isEmpty();

    call.heard();
    work();

    assertThat(gone).containsExactly(reader);
  }

  @Test
  void stop_readerThatTakesAll_isSentTheRestThenEnded() {
    ExportReader reader = begin();
    commit(ListedRecords.of("ranking", 0, 1_000), ListedRecords.of("ranking", 1_000, 1));
    reader.stop();
    work();
    assertThat(reader.isOver()).isFalse();

    call.take(5);
    work();

    assertThat(units()).isEqualTo(units(0, 1_001));
    assertThat(end().code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end().reason()).isEqualTo("SHUTTING_DOWN");
    assertThat(end().metadata()).containsEntry("lost", "0");
    assertThat(end().retry()).isTrue();
  }

  @Test
  void stop_readerThatTakesNothing_isToldWhatItWasNotSent() {
    ExportReader reader = begin();
    commit(ListedRecords.of("ranking", 0, 10));
    reader.stop();
    work();
    reader.abandon();
    work();

    assertThat(end().reason()).isEqualTo("SHUTTING_DOWN");
    assertThat(end().metadata()).containsEntry("lost", "10");
    assertThat(lost).hasValue(10);
  }

  @Test
  void records_thatCannotBeRead_endTheCallAndFreeTheLine() {
    begin();
    call.take(1);
    commit(new BrokenRecords());
    work();

    assertThat(call.end).isInstanceOf(IllegalStateException.class);
    assertThat(feed.isFollowed()).isFalse();
    assertThat(line.waitingBytes()).isZero();
  }

  /** Can be counted, once, and not be read. */
  private static final class BrokenRecords implements CommittedRecords {
    private int walks;

    @Override
    public long heldBytes() {
      return 1;
    }

    @Override
    public RecordWalk walk() {
      if (walks++ > 0) {
        throw new IllegalStateException("broken");
      }
      return ListedRecords.of("ranking", 0, 1).walk();
    }
  }

  @Test
  void follower_thatThrows_isToldNoMoreAndHoldsUpNobody() {
    List<Integer> told = new ArrayList<>();
    feed.follow(
        flush -> {
          told.add(flush.size());
          throw new IllegalStateException("planted");
        });
    begin();
    call.take(2);
    commit(ListedRecords.of("ranking", 0, 1));
    commit(ListedRecords.of("ranking", 1, 1));
    work();

    assertThat(told).containsExactly(1);
    assertThat(units()).isEqualTo(units(0, 2));
  }
}
