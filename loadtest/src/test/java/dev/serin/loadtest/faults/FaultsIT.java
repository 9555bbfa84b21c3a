package dev.serin.loadtest.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Servers, producers, connections and stores break; afterwards every outcome is where it should be.
 * For longer runs: loadtest/run faults --help.
 */
class FaultsIT {
  static {
    // As loadtest/run does.
    System.setProperty("serin.root", Path.of("..").toAbsolutePath().normalize().toString());
  }

  private static final int SERVERS = 3;
  private static final int PRODUCERS = 1;

  @Test
  void faults_onTheEmbeddedStore_countEqualsRecount() throws Exception {
    FaultReport report = FaultsCommand.run(FaultsCommand.Store.SQLITE, 80, 3, 1, PRODUCERS);

    check(report, 25);
  }

  @Test
  void faults_onTheSharedStore_countEqualsRecount() throws Exception {
    FaultReport report =
        FaultsCommand.run(FaultsCommand.Store.POSTGRESQL, 125, 3, SERVERS, PRODUCERS);

    check(report, 20);
  }

  private static void check(FaultReport report, int kills) {
    assertThat(report.violations()).isEmpty();
    assertThat(report.done().get(FaultKind.KILL_SERVER)).isGreaterThanOrEqualTo(kills);
    assertThat(report.counted().values())
        .allSatisfy(counted -> assertThat(counted.count()).isPositive());
  }
}
