package dev.serin.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
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

  /** What JUnit runs, if surefire or failsafe finds its class: they go by the name. */
  private static final Pattern TEST =
      Pattern.compile("(?m)^ +@(Test|TestFactory|ParameterizedTest|RepeatedTest)\\b");

  private static final Pattern FOUND_BY_NAME = Pattern.compile(".*(Test|IT)[.]java");

  @Test
  void lines_javaAndProto_fitInColumns() {
    List<String> tooLong = new ArrayList<>();
    for (Path file : House.files()) {
      String name = House.name(file);
      if (name.endsWith(".java") || name.endsWith(".proto")) {
        tooLong.addAll(longLines(name, House.read(file)));
      }
    }
    assertThat(tooLong).as("expected: at most %d columns", MAX_COLUMNS).isEmpty();
  }

  private static List<String> longLines(String name, String text) {
    List<String> tooLong = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      int columns = line.codePointCount(0, line.length());
      if (columns > MAX_COLUMNS && !EXEMPT_FROM_COLUMNS.matcher(line).matches()) {
        tooLong.add(name + ":" + number + ": " + columns + " columns");
      }
    }
    return tooLong;
  }

  @Test
  void files_java_areShort() {
    assertThat(breaches(TidyTest::length)).isEmpty();
  }

  private static List<String> length(String name, String text) {
    long lines = text.lines().count();
    int max = name.contains("src/test/") ? MAX_TEST_LINES : MAX_LINES;
    return lines > max
        ? List.of(name + ": " + lines + " lines (expected: at most " + max + ")")
        : List.of();
  }

  @Test
  void sources_java_areFinished() {
    assertThat(breaches(TidyTest::unfinished)).isEmpty();
  }

  private static List<String> unfinished(String name, String text) {
    return UNFINISHED.matcher(text).results().map(match -> name + ": " + match.group()).toList();
  }

  @Test
  void tests_java_areNamedSoThatTheyAreRun() {
    assertThat(breaches(TidyTest::neverRun)).isEmpty();
  }

  private static List<String> neverRun(String name, String text) {
    return TEST.matcher(text).find() && !FOUND_BY_NAME.matcher(name).matches()
        ? List.of(name + ": holds tests (expected: a name that ends in Test or IT)")
        : List.of();
  }

  @Test
  void rules_plantedBreaches_areFound() {
    String test = "src/test/java/";
    assertThat(longLines("A.java", "short\n" + "x".repeat(101)))
        .containsExactly("A.java:2: 101 columns");
    assertThat(longLines("A.java", "import " + "x".repeat(101) + ";")).isEmpty();
    assertThat(length("A.java", "\n".repeat(401))).hasSize(1);
    assertThat(length(test + "ATest.java", "\n".repeat(600))).isEmpty();
    assertThat(length(test + "ATest.java", "\n".repeat(601))).hasSize(1);
    assertThat(unfinished("A.java", "// TOD" + "O: more\nThread.slee" + "p(1);")).hasSize(2);
    assertThat(neverRun(test + "Tests.java", "class Tests {\n  @Test\n  void a() {}\n}"))
        .hasSize(1);
    assertThat(neverRun(test + "ATest.java", "class ATest {\n  @Test\n  void a() {}\n}")).isEmpty();
  }

  private static List<String> breaches(BiFunction<String, String, List<String>> rule) {
    return House.javaSources().stream()
        .flatMap(file -> rule.apply(House.name(file), House.read(file)).stream())
        .toList();
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
