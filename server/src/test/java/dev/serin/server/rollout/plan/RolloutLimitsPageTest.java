package dev.serin.server.rollout.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The table of a rollout's limits in proto/ERRORS.md says what the code does. */
class RolloutLimitsPageTest {
  private static final Path PAGE = Path.of("../proto/ERRORS.md");

  @Test
  void page_limitsOfRollouts_areThoseOfTheCode() throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    List<String> values =
        lines.subList(lines.indexOf("## Rollouts"), lines.indexOf("## Limits")).stream()
            .map(line -> line.split("\\|", -1))
            .filter(cells -> cells.length > 3 && !cells[1].contains("---"))
            .skip(1)
            .map(cells -> cells[2].strip())
            .toList();
    assertThat(values)
        .containsExactly(
            number(PlanLimits.MAX_STAGES),
            number(PlanLimits.MAX_GATES),
            number(PlanLimits.MAX_METRICS),
            number(PlanLimits.MAX_FREEZES),
            number(PlanLimits.MAX_NOTIFICATIONS),
            number(PlanLimits.MAX_NAME_CHARS),
            number(PlanLimits.MAX_OWNER_CHARS),
            number(PlanLimits.MAX_URL_CHARS),
            number(PlanLimits.MAX_MINIMUM_USERS),
            number(PlanLimits.MAX_MARGIN),
            number(PlanLimits.MAX_ALPHA),
            days(PlanLimits.MAX_DWELL),
            days(PlanLimits.MAX_MAXIMUM),
            PlanLimits.MIN_STALE_AFTER.toSeconds() + "s to " + days(PlanLimits.MAX_STALE_AFTER),
            PlanLimits.MAX_DEADLINE.toSeconds() + "s",
            days(PlanLimits.MAX_FREEZE));
  }

  private static String days(Duration time) {
    return time.toDays() + "d";
  }

  /** Digits in groups of three, as the page writes them. */
  private static String number(double number) {
    DecimalFormatSymbols symbols = DecimalFormatSymbols.getInstance(Locale.ROOT);
    symbols.setGroupingSeparator(' ');
    return new DecimalFormat("#,##0.###", symbols).format(number);
  }
}
