package dev.serin.server.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The rows of this domain in the table of limits in proto/ERRORS.md say what the code does. */
class RequestLimitsTest {
  private static final Path PAGE = Path.of("../proto/ERRORS.md");

  @Test
  void page_limits_areThoseOfTheCode() throws IOException {
    assertThat(Files.readString(PAGE))
        .contains(
            "| request of DecisionService | " + RequestLimits.REQUEST_BYTES_MAX / 1_024 + " KiB |")
        .contains("| user key | " + number(RequestLimits.USER_KEY_BYTES_MAX) + " bytes |")
        .contains("| attributes of a request | " + number(RequestLimits.ATTRIBUTES_MAX) + " |")
        .contains("does not say, EvaluateAll " + number(RequestLimits.PAGE_MAX) + " |")
        .contains("| bytes of a page | " + (RequestLimits.PAGE_BYTES_MAX >> 20) + " MiB |");
  }

  private static String number(int number) {
    return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
  }
}
