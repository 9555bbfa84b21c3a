package dev.serin.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The layout of every Java source is what google-java-format makes of it. */
class FormatTest {
  private static final Formatter FORMATTER = new Formatter();

  @Test
  void sources_allModules_areFormatted() {
    List<Path> sources = House.javaSources();
    assertThat(sources).as("sources found").hasSizeGreaterThan(5);

    List<String> unformatted =
        sources.stream().filter(file -> !isFormatted(House.read(file))).map(House::name).toList();

    assertThat(unformatted).as("files that .ci/format would change").isEmpty();
  }

  @Test
  void check_wrongIndentOrUnusedImport_isSeen() {
    assertThat(isFormatted("class A {\n  int a;\n}\n")).isTrue();
    assertThat(isFormatted("class A {\n   int a;\n}\n")).isFalse();
    assertThat(isFormatted("import java.util.List;\n\nclass A {}\n")).isFalse();
  }

  private static boolean isFormatted(String source) {
    try {
      return FORMATTER.formatSourceAndFixImports(source).equals(source);
    } catch (FormatterException e) {
      return false;
    }
  }
}
