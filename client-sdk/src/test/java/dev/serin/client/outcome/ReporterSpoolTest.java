package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.client.outcome.CountingService.Fate;
import dev.serin.v1.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reporter with a spool, over ends of its process. */
class ReporterSpoolTest {
  private static final String NAME = "ReporterSpoolTest";

  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void name() {
    directory = temporary.resolve("spool");
  }

  private final TestLedger ledger = new TestLedger();
  private final Heard heard = new Heard();

  private OutcomeReporterBuilder builder(Pace pace, long seed) {
    return OutcomeReporter.builder("checkout")
        .target(NAME)
        .transport(Replica::transport)
        .sources(Paces.sources(pace, seed))
        .listener(heard)
        .spool(directory);
  }

  @Test
  void spool_processKilled_sendsTheRestAfterRestart() throws Exception {
    Map<String, Integer> expected = new TreeMap<>();
    Random random = new Random(11);
    int kills = 5;
    try (Replica replica = Replica.onLoopback(ledger, 0)) {
      for (int kill = 0; kill < kills; kill++) {
        // Some are counted and not acknowledged, some accepted and never counted.
        replica.service.fates = message -> random.nextBoolean() ? Fate.COUNT : Fate.HOLD;
        Process process = SpoolProcess.start(replica.target(), directory, "process-" + kill, 1_000);
        try {
          assertThat(SpoolProcess.awaitKept(process)).isTrue();
        } finally {
          process.destroyForcibly().waitFor();
        }
        replica.service.kill();
        expected.putAll(Reported.once("process-" + kill, 1_000));
      }
      replica.service.fates = message -> Fate.COUNT;
      try (OutcomeReporter reporter =
          OutcomeReporter.builder("checkout")
              .target(replica.target())
              .plaintext()
              .spool(directory)
              .build()) {
        assertThat(reporter.flush(Await.LIMIT)).isTrue();
        Reported.assertWhole(reporter.stats());
      }
    }
    ledger.assertCounted(expected);
    assertThat(ledger.claims().stream().map(Session::getSession).distinct()).hasSize(1);
  }

  @Test
  void spool_usedByAnother_isRefused() throws Exception {
    try (Replica replica = Replica.onLoopback(ledger, 0)) {
      Process process = SpoolProcess.start(replica.target(), directory, "a", 10);
      try {
        assertThat(SpoolProcess.awaitKept(process)).isTrue();

        assertThatThrownBy(() -> builder(new Paces.Hurried(), 1).build())
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(
                "spool "
                    + directory
                    + ": used by another process (expected: a directory for each reporter)");
      } finally {
        process.destroyForcibly().waitFor();
      }
      // With the process its lock is gone.
      builder(new Paces.Hurried(), 1).build().close(Duration.ZERO);
    }
  }

  @Test
  void spool_serverAway_takesMoreThanTheQueueHolds() throws InterruptedException {
    OutcomeReporter reporter = builder(new Paces.Hurried(), 1).queue(500, 1 << 20).build();
    for (int i = 0; i < 20; i++) {
      Reported.report(reporter, "round-" + i, 400);
      Await.until("room", () -> reporter.stats().spooled() == reporter.stats().reported());
    }
    assertThat(reporter.stats().queued()).isEqualTo(8_000);
    assertThat(reporter.stats().dropped()).isZero();

    try (Replica replica = Replica.inProcess(ledger, NAME)) {
      assertThat(reporter.flush(Await.LIMIT)).isTrue();
      assertThat(replica.service.messages).isNotEmpty();
      assertThat(reporter.close(Await.LIMIT)).isTrue();
    }
    assertThat(ledger.total()).isEqualTo(8_000);
    assertThat(ledger.counted()).hasSize(8_000);
  }

  @Test
  void reporter_closedWhileTheServerIsAway_leavesTheRestToTheNext() {
    try (OutcomeReporter reporter = builder(new Paces.Hurried(), 1).build()) {
      Reported.report(reporter, "a", 30);
      assertThat(reporter.close(Duration.ofMillis(20))).isFalse();
      assertThat(reporter.stats().spooled()).isEqualTo(30);
    }
    try (Replica replica = Replica.inProcess(ledger, NAME);
        OutcomeReporter reporter = builder(new Paces.Hurried(), 2).build()) {
      assertThat(reporter.stats().recovered()).isEqualTo(30);
      assertThat(reporter.close(Await.LIMIT)).isTrue();
      assertThat(replica.service.messages).isNotEmpty();
      assertThat(reporter.stats()).isEqualTo(new ReporterStats(0, 30, 0, 0, 30, 0, 0, 0, 0, 0, 1));
    }
    ledger.assertCounted(Reported.once("a", 30));
  }

  @Test
  void reporter_attempts_riseOverProcesses() {
    Paces.Manual pace = new Paces.Manual();
    try (Replica replica = Replica.inProcess(ledger, NAME)) {
      for (int i = 0; i < 4; i++) {
        pace.setClock(Paces.NOON.minus(Duration.ofDays(i)));
        OutcomeReporter reporter = builder(pace, i).build();
        Reported.report(reporter, "process-" + i, 100);
        assertThat(reporter.close(Await.LIMIT)).isTrue();
      }
      assertThat(replica.service.messages).hasSizeGreaterThanOrEqualTo(8);
    }
    assertThat(ledger.claims())
        .extracting(Session::getAttempt)
        .containsExactly(
            Paces.NOON.toEpochMilli(),
            Paces.NOON.toEpochMilli() + 1,
            Paces.NOON.toEpochMilli() + 2,
            Paces.NOON.toEpochMilli() + 3);
    assertThat(ledger.claims().stream().map(Session::getSession).distinct()).hasSize(1);
    assertThat(ledger.total()).isEqualTo(400);
    assertThat(heard.fenced).isEmpty();
  }

  @Test
  void reporter_spoolOlderThanItsServer_losesNothingNew() throws IOException {
    try (Replica replica = Replica.inProcess(ledger, NAME)) {
      reportAndClose(1, "a", 100);
      Path backup = Files.createDirectory(directory.resolveSibling("backup"));
      copyFiles(directory, backup);
      reportAndClose(2, "b", 50);
      // Somebody restores the spool as it was: the server has 50 that it does not know of.
      copyFiles(backup, directory);
      reportAndClose(3, "c", 70);
      assertThat(replica.service.messages).isNotEmpty();
    }
    Map<String, Integer> expected = Reported.once("a", 100);
    expected.putAll(Reported.once("b", 50));
    expected.putAll(Reported.once("c", 70));
    ledger.assertCounted(expected);
    assertThat(ledger.claims().stream().map(Session::getSession).distinct()).hasSize(2);
  }

  @Test
  void reporter_spoolCopied_stopsTheOlder() throws IOException {
    Paces.Manual pace = new Paces.Manual();
    try (Replica replica = Replica.inProcess(ledger, NAME)) {
      OutcomeReporter older = builder(pace, 1).build();
      Reported.report(older, "a", 100);
      pace.settle();
      Path copy = Files.createDirectory(directory.resolveSibling("copy"));
      copyFiles(directory, copy);
      try (OutcomeReporter newer = builder(new Paces.Hurried(), 2).spool(copy).build()) {
        Reported.report(newer, "b", 100);
        assertThat(newer.close(Await.LIMIT)).isTrue();
      }
      Reported.report(older, "c", 100);
      pace.settle();

      assertThat(heard.fenced).hasSize(1);
      assertThat(older.report(Reported.outcome("d"))).isFalse();
      older.close(Duration.ZERO);
      assertThat(replica.service.messages).isNotEmpty();
    }
    Map<String, Integer> expected = Reported.once("a", 100);
    expected.putAll(Reported.once("b", 100));
    ledger.assertCounted(expected);
  }

  private void reportAndClose(long seed, String prefix, int count) {
    try (OutcomeReporter reporter = builder(new Paces.Hurried(), seed).build()) {
      Reported.report(reporter, prefix, count);
      assertThat(reporter.close(Await.LIMIT)).isTrue();
    }
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      List<Path> all = files.filter(file -> !file.endsWith("lock")).toList();
      for (Path file : all) {
        Files.copy(
            file,
            to.resolve(file.getFileName()),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
