package dev.serin.loadtest.decisions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.loadtest.decisions.Scenario.Contestant;
import dev.serin.server.rollout.simulation.SimulationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DecisionsCommandTest {
  @TempDir Path dir;

  @Test
  void decisions_ofOneTable_areWrittenAsCsvAndRepeatable() throws IOException {
    List<String> first = csv("first.csv", "7");

    assertThat(first).hasSize(1 + 2 * RatioTable.ROWS.size());
    assertThat(first.getFirst()).startsWith("table,row,judge,runs,seed,false_alarms,detected");
    assertThat(first)
        .allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(13))
        .anyMatch(line -> line.startsWith("ratio,\"51/49 for 50/50\",\"sequential\",4,7,0,4,"));
    assertThat(csv("second.csv", "7")).isEqualTo(first);
    assertThat(csv("third.csv", "8")).isNotEqualTo(first);
  }

  private List<String> csv(String name, String seed) throws IOException {
    Path file = dir.resolve(name);
    int exitCode =
        new CommandLine(new DecisionsCommand())
            .execute("--table=ratio", "--runs=4", "--seed=" + seed, "--csv=" + file);
    assertThat(exitCode).isZero();
    return Files.readAllLines(file);
  }

  /** Every row of every table can be played, and what is plainly worse is found. */
  @Test
  void scenarios_ofAllTables_run() {
    List<Scenario> scenarios =
        Stream.of(
                DetectionTable.scenarios(1), WholeRunTable.scenarios(1), MixedRunTable.scenarios(1))
            .flatMap(List::stream)
            .toList();
    assertThat(scenarios)
        .extracting(scenario -> scenario.table() + "/" + scenario.name())
        .doesNotHaveDuplicates();
    for (String worse :
        List.of(
            "5 %",
            "worse from the start",
            "worse from minute 15",
            "a mean worse from the start",
            "an event worse from minute 7",
            "sets anew: an event worse from minute 7")) {
      Contestant serin =
          scenarios.stream()
              .filter(scenario -> scenario.name().equals(worse))
              .findFirst()
              .orElseThrow()
              .contestants()
              .getFirst();
      SimulationResult result = serin.simulation().run(serin.judge(), 2, done -> {});
      assertThat(result.detected()).as(worse).isEqualTo(2);
    }
  }

  @Test
  void decisions_wrongOptions_areRefused() {
    assertThat(refusal("--table=speed"))
        .contains("--table speed (expected: one of detection, runs, mixed, ratio)");
    assertThat(refusal("--runs=0")).contains("--runs 0 (expected: 1 or more)");
  }

  private static String refusal(String option) {
    StringBuilder text = new StringBuilder();
    CommandLine commandLine =
        new CommandLine(new DecisionsCommand())
            .setExecutionExceptionHandler(
                (failure, command, parsed) -> {
                  text.append(failure.getMessage());
                  return 2;
                });
    assertThat(commandLine.execute(option)).isEqualTo(2);
    return text.toString();
  }
}
