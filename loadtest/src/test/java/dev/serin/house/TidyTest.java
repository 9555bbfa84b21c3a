package dev.serin.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Sizes, places and words that a reader of the sources may rely on. */
class TidyTest {
  private static final int MAX_COLUMNS = 100;
  private static final int MAX_LINES = 400;
  private static final int MAX_TEST_LINES = 600;

  /** Unfinished work, tests that do not run, waits for luck; spelled so as not to find itself. */
  private static final Pattern UNFINISHED =
      Pattern.compile("TOD[O]|FIXM[E]|XX[X]|@Disable[d]|Thread\\.slee[p]\\(");

  private static final Pattern EXEMPT_FROM_COLUMNS = Pattern.compile("^(import|package) .*");

  @Test
  void lines_javaAndProto_fitInColumns() {
    List<String> tooLong = new ArrayList<>();
    for (Path file : House.files()) {
      String name = House.name(file);
      if (name.endsWith(".java") || name.endsWith(".proto")) {
        int number = 0;
        for (String line : House.read(file).lines().toList()) {
          number++;
          int columns = line.codePointCount(0, line.length());
          if (columns > MAX_COLUMNS && !EXEMPT_FROM_COLUMNS.matcher(line).matches()) {
            tooLong.add(name + ":" + number + ": " + columns + " columns");
          }
        }
      }
    }
    assertThat(tooLong).as("expected: at most %d columns", MAX_COLUMNS).isEmpty();
  }

  @Test
  void files_java_areShort() {
    List<String> tooLong = new ArrayList<>();
    for (Path file : House.javaSources()) {
      long lines = House.read(file).lines().count();
      int max = House.isTest(file) ? MAX_TEST_LINES : MAX_LINES;
      if (lines > max) {
        tooLong.add(House.name(file) + ": " + lines + " lines (expected: at most " + max + ")");
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void sources_java_areFinished() {
    List<String> unfinished = new ArrayList<>();
    for (Path file : House.javaSources()) {
      UNFINISHED
          .matcher(House.read(file))
          .results()
          .forEach(match -> unfinished.add(House.name(file) + ": " + match.group()));
    }
    assertThat(unfinished).isEmpty();
  }

  @Test
  void packages_ofMainSources_areNullMarked() {
    List<String> unmarked =
        House.javaSources().stream()
            .filter(file -> !House.isTest(file))
            .map(Path::getParent)
            .distinct()
            .filter(dir -> !isNullMarked(dir.resolve("package-info.java")))
            .map(House::name)
            .toList();
    assertThat(unmarked).as("packages without @NullMarked").isEmpty();
  }

  @Test
  void sources_ofEachModule_liveInItsPackage() {
    List<String> misplaced = new ArrayList<>();
    House.PACKAGE_OF_MODULE.forEach(
        (module, packageName) -> {
          Path main = House.root().resolve(module).resolve("src/main/java");
          Path home = main.resolve(packageName.replace('.', '/'));
          House.javaSources().stream()
              .filter(file -> file.startsWith(main) && !file.startsWith(home))
              .forEach(file -> misplaced.add(House.name(file)));
        });
    assertThat(misplaced).isEmpty();
  }

  private static boolean isNullMarked(Path packageInfo) {
    return Files.exists(packageInfo) && House.read(packageInfo).contains("@NullMarked");
  }
}
