package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Reason;
import dev.serin.v1.VariantSummary;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoTallyTest {
  private final DemoTally tally = new DemoTally();
  private final DemoFigures figures = new DemoFigures();

  @Test
  void rows_lately_forgetWhatIsLongerAgoThanTheWindow() {
    answer("on", Reason.REASON_SPLIT, 30);
    answer("off", Reason.REASON_SPLIT, 10);
    tally.tick();
    assertThat(tally.rows())
        .containsExactly(
            new DemoTally.Row("f", "off", 0.25, 0.25, 10, 10, "SPLIT"),
            new DemoTally.Row("f", "on", 0.75, 0.75, 30, 30, "SPLIT"));

    for (int second = 0; second < DemoTally.WINDOW_SECONDS; second++) {
      answer("off", Reason.REASON_KILLED, 4);
      tally.tick();
    }
    assertThat(tally.rows())
        .containsExactly(
            new DemoTally.Row("f", "off", 1, 50.0 / 80, 4, 50, "KILLED"),
            new DemoTally.Row("f", "on", 0, 30.0 / 80, 0, 30, "SPLIT"));
    assertThat(tally.answered()).isEqualTo(80);
  }

  @Test
  void rows_reason_isTheMostFrequentOfTheLatestSecond() {
    answer("on", Reason.REASON_SPLIT, 100);
    tally.tick();
    answer("on", Reason.REASON_RULE, 2);
    answer("on", Reason.REASON_OVERRIDE, 1);
    tally.tick();

    assertThat(tally.rows().getFirst().reason()).isEqualTo("RULE");
  }

  @Test
  void screen_plain_isATableBelowTheOther() {
    answer("on", Reason.REASON_SPLIT, 1);
    answer("off", Reason.REASON_SPLIT, 3);
    tally.tick();
    tally.reported(4, 1);
    figures.put(
        "f",
        CompareVariantsResponse.newBuilder()
            .addSummaries(summary("off", "latency", Arm.ARM_SPLIT).setP95(181.4).setMeasure("ms"))
            .addSummaries(summary("off", "error", Arm.ARM_SPLIT).setMean(0.0125))
            .addSummaries(summary("on", "conversion", Arm.ARM_SPLIT).setMean(1))
            // Shown by nobody: no draw led there.
            .addSummaries(summary("on", "error", Arm.ARM_NONE).setMean(0.5))
            // Counted, and no figure can be made of it yet.
            .addSummaries(summary("on", "latency", Arm.ARM_SPLIT))
            .build());
    String table =
        """
        FEATURE  VARIANT  LAST 10 S                IN ALL  COUNT  PER S  \
           P95  ERRORS   BOUGHT  LATEST REASON
        f        off         75.0 %  █████████     75.0 %      3    3.0  \
        181 ms   1.3 %           SPLIT
                 on          25.0 %  ███           25.0 %      1    1.0  \
                        100.0 %  SPLIT
        1 s, 4 decisions, 3 outcomes counted, 1 outcome refused

        """;

    assertThat(shown(false, 1)).isEqualTo(table);
    assertThat(shown(false, 2)).isEqualTo(table + table);
  }

  @Test
  void screen_terminal_isRenewedInPlace() {
    answer("on", Reason.REASON_SPLIT, 4);
    tally.refused("f: UNAVAILABLE");
    tally.tick();

    assertThat(shown(true, 2)).contains("\u001b[3A\u001b[J").contains("1 refused, last: f: UNAVA");
  }

  @Test
  void screen_terminal_cutsWideLinesWhileItDraws() {
    answer("on", Reason.REASON_SPLIT, 4);
    tally.tick();

    assertThat(shown(true, 1)).startsWith("\u001b[?7l").endsWith("\u001b[?7h");
    assertThat(shown(false, 1)).doesNotContain("\u001b");
  }

  private static VariantSummary.Builder summary(String variant, String metric, Arm arm) {
    return VariantSummary.newBuilder().setVariant(variant).setMetric(metric).setArm(arm);
  }

  private void answer(String variant, Reason reason, int times) {
    for (int i = 0; i < times; i++) {
      tally.answered(
          "f", EvaluateResponse.newBuilder().setVariant(variant).setReason(reason).build());
    }
  }

  private String shown(boolean colour, int times) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    DemoScreen screen =
        new DemoScreen(
            new Terminal(InputStream.nullInputStream(), stream, stream, colour), figures);
    for (int i = 0; i < times; i++) {
      screen.show(tally, 1, List.of());
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
