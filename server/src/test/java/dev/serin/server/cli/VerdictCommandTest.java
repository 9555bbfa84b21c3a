package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictCommandTest {
  private static final String ROLLED_BACK = resource("verdict.json");

  private static String resource(String name) {
    try (InputStream file = VerdictCommandTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void verdict_ofStandardInput_isExplained() {
    Run run = Run.of(Run.NO_SERVER, ROLLED_BACK, false, "verdict", "-f", "-");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo(resource("verdict.txt"));
  }

  @Test
  void verdict_ofAFile_isPrintedInAnotherFormatToo(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("verdict.json"), ROLLED_BACK);
    Run run = Run.of("verdict", "--file", file.toString(), "-o", "yaml");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("reason: ").contains("stage_name: ab-test");
  }

  @Test
  void verdict_ofHostileTexts_isEscaped() {
    Run run =
        Run.of(
            Run.NO_SERVER,
            "{\"action\": 2, \"sentence\": \"a\\u001b[2Jb\", \"waits_for\": [\"c\\nd\"]}",
            false,
            "verdict",
            "-f",
            "-");
    assertThat(run.out()).contains("hold: a\\u001B[2Jb").contains("- c\\nd");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"relative\": true, \"absolute\": true}; not shown to be within",
        "{\"absolute\": true, \"passes\": true}; within its margin"
      })
  void verdict_ofAMargin_isWithinWhereAllConditionsHold(String within, String state) {
    String metric = "{\"metric\": \"errors\", \"within\": " + within + "}";
    String text = "{\"action\": 4, \"metrics\": [" + metric + "]}";
    Run run = Run.of(Run.NO_SERVER, text, false, "verdict", "-f", "-");
    assertThat(run.out().lines().filter(line -> line.startsWith("errors ")))
        .singleElement()
        .asString()
        .endsWith("  " + state);
  }

  @Test
  void verdict_ofThinnedSets_saysThatUsersAreEstimated() {
    String text =
        "{\"action\": 4, \"treatment_users\": 16104, \"control_users\": 15896, \"thinned\": true}";
    Run run = Run.of(Run.NO_SERVER, text, false, "verdict", "-f", "-");
    assertThat(run.out())
        .contains("~16104 treatment and ~15896 control users (estimated: sets are thinned)");
  }

  @Test
  void verdict_ofNumbersThatAreNone_showsADash() {
    Run run =
        Run.of(
            Run.NO_SERVER,
            """
            {"action": 2, "ratio_log_e": "Infinity", "metrics": [
              {"metric": "spend", "kind": "METRIC_KIND_MEAN", "measure": "ms", "margin": "NaN",
               "treatment_value": "NaN", "control_value": "Infinity",
               "lower": "-Infinity", "upper": 3, "run_log_e": "NaN", "run_threshold": 5},
              {"metric": "errors", "kind": "METRIC_KIND_EVENT", "limit": "NaN",
               "treatment_value": 1e308, "within": {"difference": "NaN", "requests_worse": "NaN"}}
            ]}
            """,
            false,
            "verdict",
            "-f",
            "-");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out().replaceAll(" +", " "))
        .contains("spend unspecified - - - ")
        .contains("at most - ")
        .contains("spend: difference - to 3 ms at any time")
        .contains("at most - points worse, by request at most - worse");
  }

  @Test
  void verdict_ofWhatIsNone_isRefused(@TempDir Path directory) {
    String other = "action: absent, or not known to this version (expected: a verdict as JSON)";
    assertRefused("{}", other);
    assertRefused("{\"action\": \"VERDICT_ACTION_PONDER\"}", other);
    assertRefused("{\"action\": 99}", other);
    String none = "no verdict: Expect message object (expected: a verdict as JSON)";
    assertRefused("[1]", none);
    assertRefused("[\"" + "\\u001b[2J".repeat(1_000) + "\"]", none);
    assertRefused("{\"metrics\": [[1, 2]]}", none);
    assertRefused(" ".repeat(1 << 20) + "{}", "above 1048576 bytes (expected: a verdict as JSON)");
    String missing = directory.resolve("nowhere.json").toString();
    Run run = Run.of("verdict", "-f", missing);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("-f " + missing + ": not there (expected: a file that may be read)");
    assertThat(Run.of("verdict").err()).contains("FEATURE, -f: none (expected: one of them)");
    Run both = Run.of("verdict", "checkout", "-f", missing);
    assertThat(both.err()).contains("FEATURE, -f: both (expected: one of them)");
    assertThat(both.exitCode()).isEqualTo(2);
  }

  private static void assertRefused(String text, String why) {
    Run run = Run.of(Run.NO_SERVER, text, false, "verdict", "-f", "-");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualToIgnoringNewLines("error: -f -: " + why);
  }

  @Test
  void verdict_ofMalformedJson_isRefusedInOneLine() {
    for (String text : List.of("{\"action\": 2", "x\u001b[2J", "{\"time\": \"a\u0007b\\nc\"}")) {
      Run run = Run.of(Run.NO_SERVER, text, false, "verdict", "-f", "-");
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err())
          .startsWith("error: -f -: no verdict: ")
          .doesNotContain("com.google", "https", "\u001b", "\u0007")
          .hasLineCount(1);
    }
  }

  @Test
  void verdict_ofAFileThatCannotBeRead_saysWhy(@TempDir Path directory) throws IOException {
    assertThat(VerdictCommand.whyUnreadable(new AccessDeniedException("/run/verdict.json")))
        .isEqualTo("access denied");
    Path loop = directory.resolve("loop.json");
    Files.createSymbolicLink(loop, loop);
    Run run = Run.of("verdict", "-f", loop.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).containsOnlyOnce("loop.json").contains("symbolic links");
  }

  @ParameterizedTest
  @CsvSource({
    "-3, even",
    "0, even",
    "0.5, 1 : 1.6",
    "2.302585, 1 : 10",
    "8.35, 1 : 4 200",
    "20.7, 1 : 980 000 000",
    "21, 1 : 10^9",
    "900, 1 : 10^390",
    "NaN, -"
  })
  void odds_inWords_haveTwoDigits(double logE, String text) {
    assertThat(Odds.text(logE)).isEqualTo(text);
  }
}
