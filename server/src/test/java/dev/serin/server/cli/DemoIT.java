package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo, run for some seconds. */
class DemoIT {
  /** What a machine too busy to answer within the callers' deadline adds stands behind it. */
  private static final Pattern TOTAL = Pattern.compile("(?m)^(\\d+) s, (\\d+) decisions\\b");

  @TempDir private Path dir;

  @Test
  void demo_someSeconds_showsWhoGetsWhat() throws IOException {
    Run run =
        Run.of(
            TestServer.LAUNCHER,
            "",
            false,
            "demo",
            "--port=0",
            "--duration=8s",
            "--rate=500",
            "--data-dir=" + dir);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("Serin serves on 127.0.0.1:")
        .contains(
            "grpcurl -plaintext -d ", "serin evaluate new-checkout --user user-5", "serin kill ")
        .contains(dir.resolve("documents/new-checkout.yaml").toString());
    String table = run.out().substring(run.out().lastIndexOf("FEATURE "));
    // A share of a split, a rule, a schedule, and what prerequisites and layers leave.
    assertThat(share(table, "new-checkout", "on")).isBetween(10.0, 45.0);
    assertThat(table)
        .containsPattern("(?m)^search-timeout-ms +patient +100.0 %")
        .containsPattern("(?m)^new-year-sale +off .*OUTSIDE_SCHEDULE$")
        .containsPattern("(?m)^recommendations +personal ")
        .containsPattern("(?m)^checkout-layout +classic ")
        // Three metrics of a variant that many users have.
        .containsPattern("(?m)^new-checkout +off .* [0-9]+ ms +[0-9.]+ % +[0-9.]+ % +SPLIT$")
        .containsPattern("decisions, [1-9][0-9]* outcomes counted")
        .doesNotContainPattern("outcomes? refused");
    Matcher total = TOTAL.matcher(table);
    assertThat(total.find()).isTrue();
    assertThat(Integer.parseInt(total.group(1))).isEqualTo(8);
    // A busy machine begins late, and ends some calls after their time.
    assertThat(Integer.parseInt(total.group(2))).isBetween(100, 6_000);
    try (Stream<Path> kept = Files.list(dir)) {
      assertThat(kept).hasSize(2);
    }
  }

  @Test
  void demo_twoRollouts_oneReachesEverybodyAndOneIsRolledBack() throws IOException {
    Run run = Run.of(TestServer.LAUNCHER, "", false, "demo", "--port=0", "--duration=4m");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    String story = run.out().substring(run.out().lastIndexOf("\n\nrollout one-click-pay: "));
    assertThat(story)
        .containsPattern("rollout one-click-pay: completed, 100 %")
        .containsPattern("running quarter, 10 % -> 25 %, serin: ")
        .containsPattern("running half, 25 % -> 50 %, serin: ")
        .containsPattern("rollout instant-search: rolled back .*, 0 %")
        .containsPattern("rolling_back .* -> 0 %, serin: .*error");
    Matcher seconds = TOTAL.matcher(run.out().substring(run.out().lastIndexOf("FEATURE ")));
    assertThat(seconds.find()).isTrue();
    assertThat(Integer.parseInt(seconds.group(1))).isLessThan(120);
  }

  @Test
  void demo_portTaken_saysSo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Run run = Run.of(TestServer.LAUNCHER, "", false, "demo", "--port=" + taken.getLocalPort());

      assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED.code());
      assertThat(run.err()).startsWith("error: ").contains(Integer.toString(taken.getLocalPort()));
    }
  }

  @Test
  void demo_wrongArguments_areNamed() {
    assertThat(Run.of("demo", "--port=65535").err()).contains("--port: 65535 (expected: 0 to 655");
    assertThat(Run.of("demo", "--rate=0").err()).contains("--rate: 0 (expected: 1 to 5000)");
    assertThat(Run.of("demo", "--duration=soon").err()).contains("'soon' (expected: a number");
  }

  private static double share(String table, String feature, String variant) {
    // The second variant's row leaves the feature out.
    Matcher row =
        Pattern.compile("(?m)^" + feature + " .*\\R(?: .*\\R)*? +" + variant + " +([0-9.]+) % .*$")
            .matcher(table);
    assertThat(row.find()).as(table).isTrue();
    return Double.parseDouble(row.group(1));
  }
}
