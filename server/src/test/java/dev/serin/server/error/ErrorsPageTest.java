package dev.serin.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrorsPageTest {
  private static final Path PAGE = Path.of("../proto/ERRORS.md");

  private static final Pattern ROW =
      Pattern.compile("^\\| ([A-Z_]+) \\| `([A-Z_]+)` \\| (.{10,}) \\| (.{10,}) \\|$");

  @Test
  void page_reasons_areThoseOfTheEnumWithTheirCodes() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertThat(listed.put(row.group(2), row.group(1))).as(line).isNull();
      }
    }

    Map<String, String> declared = new TreeMap<>();
    for (ErrorReason reason : ErrorReason.values()) {
      declared.put(reason.name(), reason.code().name());
    }
    assertThat(listed).isEqualTo(declared);
  }
}
