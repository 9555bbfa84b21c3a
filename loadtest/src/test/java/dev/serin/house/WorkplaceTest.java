package dev.serin.house;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Nothing in the project names one developer's machine or one package registry. */
class WorkplaceTest {
  /** The last letters stand in brackets so that this file does not find itself. */
  private static final Pattern MACHINE =
      Pattern.compile("/wor[k]/(main|shared)|/tm[p]/(team|bash)|/hom[e]/[a-z]|/User[s]/[A-Za-z]");

  private static final Pattern REGISTRY =
      Pattern.compile(
          "(repo1?|central)[.](maven|sonatyp[e])|registry[.]npm[a-z]|proxy[.]golan[g]"
              + "|sum[.]golan[g]|pypi[.]or[g]|pythonhoste[d]"
              + "|docker[.]io[/]|gcr[.]i[o]|quay[.]i[o]");

  @Test
  void files_all_nameNoMachineAndNoRegistry() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : House.files()) {
      // Byte by byte: the words are ASCII, and a binary file must not stop the search.
      found.addAll(wordsIn(House.name(file), new String(Files.readAllBytes(file), ISO_8859_1)));
    }
    assertThat(found).isEmpty();
  }

  @Test
  void search_plantedWords_areFound() {
    assertThat(wordsIn("a", "cd /wor" + "k/main")).hasSize(1);
    assertThat(wordsIn("a", "x\nhttps://registry." + "npmjs.org/buf")).hasSize(1);
    assertThat(wordsIn("a", "apt-get install docker.io")).isEmpty();
  }

  private static List<String> wordsIn(String name, String text) {
    List<String> found = new ArrayList<>();
    for (Pattern words : List.of(MACHINE, REGISTRY)) {
      words.matcher(text).results().forEach(match -> found.add(name + ": " + match.group()));
    }
    return found;
  }
}
