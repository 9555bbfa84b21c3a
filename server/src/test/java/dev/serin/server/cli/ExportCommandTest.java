package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.serin.server.error.ApiErrors;
import dev.serin.v1.Arm;
import dev.serin.v1.ExportDecisionsRequest;
import dev.serin.v1.ExportDecisionsResponse;
import dev.serin.v1.ExportedDecision;
import dev.serin.v1.ExportedKind;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  private static final ExportedDecision OUTCOME =
      ExportedDecision.newBuilder()
          .setKind(ExportedKind.EXPORTED_KIND_OUTCOME)
          .setTime(Timestamp.newBuilder().setSeconds(1_893_499_200))
          .setNamespace("shop")
          .setFeature("ranking")
          .setSplit("main")
          .setPeriod(7)
          .setVariant("new")
          .setArm(Arm.ARM_SPLIT)
          .setUnitHash("00000000000000ff")
          .putValues("latency", 12.5)
          .build();

  private static final String LINE =
      "{\"time\":\"2030-01-01T12:00:00Z\",\"feature\":\"ranking\",\"variant\":\"new\","
          + "\"arm\":\"ARM_SPLIT\",\"unit_hash\":\"00000000000000ff\","
          + "\"values\":{\"latency\":12.5},\"kind\":\"EXPORTED_KIND_OUTCOME\","
          + "\"namespace\":\"shop\",\"split\":\"main\",\"period\":\"7\"}\n";

  private FakeApi api;

  @BeforeEach
  void open() throws IOException {
    api = new FakeApi();
  }

  @AfterEach
  void close() {
    api.close();
  }

  private static ExportDecisionsResponse message(int count) {
    return ExportDecisionsResponse.newBuilder()
        .addAllDecisions(Collections.nCopies(count, OUTCOME))
        .build();
  }

  @Test
  void export_records_areALineOfJsonEachUntilThereAreEnough() {
    api.will("ExportDecisions", message(0))
        .will("ExportDecisions", message(2))
        .will("ExportDecisions", message(3));

    Run run = api.run("export", "ranking", "search", "--namespace=shop", "--limit=4");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo(LINE.repeat(4));
    assertThat(api.request(0, ExportDecisionsRequest.class))
        .isEqualTo(
            ExportDecisionsRequest.newBuilder()
                .setNamespace("shop")
                .addFeatures("ranking")
                .addFeatures("search")
                .build());
  }

  @Test
  void export_tooSlow_printsWhatCameAndIsAnErrorWithTheNumberLost() {
    api.will("ExportDecisions", message(0))
        .will("ExportDecisions", message(1))
        .will("ExportDecisions", ApiErrors.exportTooSlow(12));

    Run run = api.run("export");

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(run.out()).isEqualTo(LINE);
    assertThat(run.err())
        .contains("EXPORT_TOO_SLOW: export: 12 records lost", "mend: ", "write to a file first");
  }

  @Test
  void export_stoppingServer_isUnreachable() {
    api.will("ExportDecisions", message(0)).will("ExportDecisions", ApiErrors.exportStopped(0));

    Run run = api.run("export");

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
    assertThat(run.err()).contains("SHUTTING_DOWN: server: stopping, 0 records not sent");
  }

  @Test
  void export_serverThatDoesNotBegin_isGivenUpAfterTheTimeout() {
    Run run = api.run("export", "--timeout=200ms");

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
    assertThat(run.err()).contains("DEADLINE_EXCEEDED: no answer within PT0.2S");
  }

  @Test
  void export_readerThatLeft_ends(@TempDir Path directory) throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    // Opened for both, a pipe waits for nobody.
    RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw");
    FileOutputStream writer = new FileOutputStream(pipe.toFile());
    reader.close();
    api.will("ExportDecisions", message(0)).will("ExportDecisions", message(1));
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (writer) {
      Terminal terminal =
          new Terminal(
              InputStream.nullInputStream(),
              Terminal.buffered(writer),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              false);

      // Else it would wait for the next record.
      int exitCode =
          CommandLineInterface.run(
              new String[] {"export", "--server=" + api.address()}, Run.NO_SERVER, terminal);

      assertThat(exitCode).isZero();
    }
  }
}
