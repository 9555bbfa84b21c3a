package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person who types something wrong, or asks for help, is told. */
class UsageTest {
  private static final String[] COMMANDS = {
    "server",
    "simulate",
    "verdict",
    "get",
    "evaluate",
    "explain",
    "compare",
    "series",
    "export",
    "kill",
    "revive",
    "history",
    "restore",
    "copy",
    "archive",
    "delete",
    "create",
    "rollout",
    "version"
  };

  @Test
  void help_root_listsCommandsAndExitCodes() {
    Run run = Run.of("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains(COMMANDS).doesNotContain("\u001b");
    for (ExitCode code : ExitCode.values()) {
      assertThat(run.out()).containsPattern("(?m)^ *" + code.code() + " +" + code.meaning() + "$");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "apply",
        "validate",
        "get",
        "evaluate",
        "explain",
        "compare",
        "series",
        "export",
        "kill",
        "history",
        "copy"
      })
  void help_command_tellsItsOptions(String command) {
    Run run = Run.of(command, "--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("Usage: serin " + command, "--server", "--tls", "Exit codes:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "start",
        "status",
        "watch",
        "pause",
        "resume",
        "approve",
        "advance",
        "promote",
        "rollback",
        "cancel",
        "history",
        "audit",
        "replay",
        "list"
      })
  void help_rolloutCommand_tellsItsOptions(String command) {
    assertThat(Run.of("rollout", "--help").out()).containsPattern("(?m)^  " + command + " ");

    Run run = Run.of("rollout", command, "--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("Usage: serin rollout " + command, "--server", "Exit codes:", "--output");
  }

  @Test
  void run_noCommand_isWrongUsage() {
    Run run = Run.of();

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.err()).startsWith("error: command: missing (expected: one of these)");
    assertThat(run.err()).contains(COMMANDS);
  }

  @Test
  void run_mistypedCommandOrOption_isAnsweredByTheNearest() {
    Run command = Run.of("explian");
    assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(command.err()).contains("explian").contains("explain");

    Run option = Run.of("get", "features", "--namespaec", "x");
    assertThat(option.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(option.err()).contains("--namespaec").contains("--namespace");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "x", "0s", "-1s", "25h", "9999999999999999999s", "1d"})
  void timeout_notATime_isWrongUsage(String timeout) {
    Run run = Run.of("get", "features", "--timeout=" + timeout);

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.err()).contains("'" + timeout + "' (expected: a number with ms, s, m or h");
  }

  @ParameterizedTest
  @ValueSource(strings = {"country", "=CN", ":=1", "age:=", "age:=eighteen", "age:={"})
  void attribute_malformed_isWrongUsage(String attribute) {
    Run run = Run.of("evaluate", "f", "-a", attribute);

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.err()).startsWith("error: --attribute: ").contains("(expected: ");
  }

  @Test
  void arguments_wrong_areNamed() {
    assertUsage("thing (expected: one of features, segments,", "get", "thing");
    assertUsage("all k (expected: no key, or a kind instead of all)", "get", "all", "k");
    assertUsage("'thing' (expected: one of feature, segment,", "history", "thing", "k");
    assertUsage("feature (expected: a key after it", "history", "feature");
    assertUsage("'feature' (expected: KIND/KEY", "copy", "--to", "b", "feature");
    assertUsage("--limit: 0 (expected: 1 or more)", "history", "--limit", "0");
    assertUsage("--limit: 0 (expected: 1 or more)", "export", "--limit", "0");
    assertUsage("--at: noon (expected: a time like 2027", "explain", "f", "--at", "noon");
    assertUsage("no-such.pem (expected: a PEM file", "get", "features", "--ca", "no-such.pem");
    assertUsage("Missing required option", "restore");
    assertUsage("--to: -1 (expected: 1 or more)", "restore", "--to", "-1");
    assertUsage(
        "--attribute: a:=2 for the second time (expected: each name once)",
        "evaluate",
        "f",
        "-aa=1",
        "-aa:=2");
    assertUsage("thing (expected: namespace;", "create", "thing", "x");
    assertUsage("'xml'", "get", "features", "-o", "xml");
    assertUsage("command: missing (expected: one of these)", "rollout");
    assertUsage("Missing required parameter: 'ROLLOUT'", "rollout", "start");
    assertUsage("--expect: -1 (expected: 0 or more)", "rollout", "pause", "r", "--expect=-1");
    assertUsage("--gate: 3 (expected: STAGE.GATE", "rollout", "approve", "r", "--gate=3");
    assertUsage("--run: 0 (expected: 1 or more)", "rollout", "replay", "r", "--run=0");
    assertUsage("--entries: 101 (expected: 0 to 100)", "rollout", "watch", "r", "--entries=101");
    assertUsage("--limit: 0 (expected: 1 or more)", "rollout", "history", "r", "--limit=0");
    assertUsage("--evidence: without -o json", "rollout", "history", "r", "--evidence");
    assertUsage("--state: stuck (expected: gate, running", "rollout", "list", "--state=stuck");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":8980",
        "a b",
        "a b:1",
        "127.0.0.1:99999",
        "localhost:0",
        "localhost:x",
        "::1]:1",
        "http://localhost:8980"
      })
  void server_noHostOrPort_isWrongUsage(String server) {
    assertUsage(
        "--server: " + server + " (expected: HOST or HOST:PORT, a port of 1 to 65535)",
        "get",
        "features",
        "--server",
        server);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, localhost:8980",
    "serin.example:80, serin.example:80",
    "host-1, host-1:8980",
    "::1, [::1]:8980",
    "[::1]:99, [::1]:99",
    "127.0.0.1:65535, 127.0.0.1:65535"
  })
  void server_hostWithOrWithoutPort_isAskedThere(String server, String asked) {
    try (Session session = Session.open(server, false, null, Duration.ofSeconds(1))) {
      assertThat(session.server()).isEqualTo(asked);
    }
  }

  @Test
  void help_validate_claimsNoServerItDoesNotAsk() {
    Run run = Run.of("validate", "--help");

    assertThat(run.out())
        .contains("-s, --server=HOST:PORT", "Check beside what this server holds")
        .doesNotContain("SERIN_SERVER", "127.0.0.1:8980");
  }

  @Test
  void server_arguments_areTheLaunchers() {
    List<List<String>> launched = new ArrayList<>();
    ServerLauncher launcher =
        new ServerLauncher() {
          @Override
          public int run(List<String> arguments) {
            launched.add(arguments);
            return 42;
          }

          @Override
          public RunningServer start(List<String> arguments) {
            throw new AssertionError();
          }
        };

    Run run = Run.of(launcher, "", false, "server", "--grpc-port", "0", "--help");

    assertThat(run.exitCode()).isEqualTo(42);
    assertThat(launched).containsExactly(List.of("--grpc-port", "0", "--help"));
  }

  @Test
  void version_command_tellsSerinsAndJavas() {
    assertThat(Run.of("version").out()).startsWith("serin ").contains("(Java ");
  }

  private static void assertUsage(String message, String... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).contains(message);
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.out()).isEmpty();
  }
}
