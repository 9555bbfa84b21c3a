package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.TestCertificates;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.error.FieldViolation;
import io.grpc.Grpc;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a refused call ends a command. */
class FailuresTest {
  @Test
  void refusal_notFound_isToldWithItsMending() throws IOException {
    try (FakeApi api = new FakeApi()) {
      api.will("Evaluate", ApiErrors.featureNotFound("default", "nope"));

      Run run = api.run("evaluate", "nope");

      assertThat(run)
          .isEqualTo(
              new Run(
                  ExitCode.NOT_FOUND.code(),
                  "",
                  """
                  error: FEATURE_NOT_FOUND: feature "nope": not found in namespace "default"
                  mend: 'serin get features' lists the keys of the namespace
                  """));
    }
  }

  @Test
  void refusal_severalViolations_areListed() throws IOException {
    try (FakeApi api = new FakeApi()) {
      api.will(
          "KillFeature",
          ApiErrors.invalidRequest(
              List.of(
                  FieldViolation.ofRequest("key", "\"\" (expected: a key)"),
                  FieldViolation.ofRequest("note.actor", "129 characters (expected: …)"))));

      Run run = api.run("kill", "x");

      assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED.code());
      assertThat(run.err())
          .isEqualTo(
              """
              error: INVALID_REQUEST: key: "" (expected: a key) (and 1 more)
                key: "" (expected: a key)
                note.actor: 129 characters (expected: …)
              """);
    }
  }

  @Test
  void refusal_revisionConflict_hasAnExitCodeOfItsOwn() throws IOException {
    try (FakeApi api = new FakeApi()) {
      api.will("DeleteDocument", ApiErrors.revisionConflict("feature/f", 7, 5));

      Run run = api.run("delete", "feature", "f", "--expect", "5");

      assertThat(run.exitCode()).isEqualTo(ExitCode.CONFLICT.code());
      assertThat(run.err()).startsWith("error: REVISION_CONFLICT: feature/f: revision 7");
    }
  }

  @Test
  void call_noServer_isUnreachable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }

    Run run = Run.of("get", "features", "--server", "127.0.0.1:" + port);

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
    assertThat(run.err())
        .startsWith("error: UNAVAILABLE: ")
        .contains("127.0.0.1:" + port)
        .contains("mend: is a server there? 'serin server' starts one");
  }

  @Test
  void call_tlsToAServerWithout_isToldToLeaveItOut() throws IOException {
    try (FakeApi api = new FakeApi()) {
      Run run = api.run("get", "features", "--tls");

      assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
      assertThat(run.err())
          .contains("mend: the server talks without TLS: leave out --tls and --ca\n");
    }
  }

  @Test
  void call_withoutTlsToAServerWithIt_isToldToAddIt(@TempDir Path directory) throws Exception {
    TestCertificates.Pair pair = TestCertificates.make(directory, "own");
    Server server =
        Grpc.newServerBuilderForPort(
                0, TlsServerCredentials.create(pair.certificate().toFile(), pair.key().toFile()))
            .build()
            .start();
    try {
      Run run = Run.of("get", "features", "--server", "127.0.0.1:" + server.getPort());

      assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
      assertThat(run.err())
          .contains("mend: does the server talk TLS? then add --tls, or --ca FILE\n");
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void call_serverThatIsSilent_isUnreachable() throws IOException {
    try (ServerSocket silent = new ServerSocket(0)) {
      Run run =
          Run.of(
              "get", "features", "--timeout=200ms", "--server=127.0.0.1:" + silent.getLocalPort());

      assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
      assertThat(run.err()).contains("mend: give it more time with --timeout");
    }
  }

  @Test
  void call_serversBug_namesTheIncident() throws IOException {
    try (FakeApi api = new FakeApi()) {
      api.will("Evaluate", new IllegalStateException("a bug"));

      Run run = api.run("evaluate", "f");

      assertThat(run.exitCode()).isEqualTo(ExitCode.INTERNAL.code());
      assertThat(run.err())
          .startsWith("error: INTERNAL: ")
          .contains("mend: look up the incident in the server's log");
    }
  }

  @Test
  void command_bug_isToldWithItsTrace() {
    Run run = Run.of("server");

    assertThat(run.exitCode()).isEqualTo(ExitCode.INTERNAL.code());
    assertThat(run.err()).startsWith("error: unexpected: ").contains("at dev.serin");
  }

  @ParameterizedTest
  @EnumSource(ErrorReason.class)
  void exitCode_everyReason_isOneAScriptCanUse(ErrorReason reason) {
    ExitCode code = ExitCode.of(Status.fromCode(reason.code()));

    assertThat(code == ExitCode.INTERNAL).isEqualTo(reason == ErrorReason.INTERNAL);
    assertThat(code).isNotIn(ExitCode.OK, ExitCode.USAGE);
  }
}
