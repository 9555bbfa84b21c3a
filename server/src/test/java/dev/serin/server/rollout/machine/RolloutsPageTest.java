package dev.serin.server.rollout.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of docs/rollouts.md says what the machine does. */
class RolloutsPageTest {
  private static final Path PAGE = Path.of("../docs/rollouts.md");
  private static final String BEGIN = "<!-- table of states: made by RolloutsPageTest -->\n";
  private static final String END = "<!-- end of the table -->\n";

  @Test
  void page_table_isTheMachines() throws IOException {
    String page = Files.readString(PAGE);
    StringBuilder made = new StringBuilder(TransitionTable.markdown());
    made.append("\nWhy a command is refused (✗), in the machine's words:\n\n");
    TransitionTable.refusals().forEach(text -> made.append("- ").append(text).append('\n'));

    assertThat(page).contains(BEGIN).contains(END);
    assertThat(page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END)).strip())
        .isEqualTo(made.toString().strip());
  }

  @Test
  void refusals_ofTheTable_sayWhatWouldHelp() {
    List<String> refusals = TransitionTable.refusals();

    assertThat(refusals).isNotEmpty().allSatisfy(text -> assertThat(text).hasSizeGreaterThan(20));
  }
}
