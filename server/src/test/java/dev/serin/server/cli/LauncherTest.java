package dev.serin.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code bin/serin} in a tree of its own, with a JVM and a Maven that only say how they are called.
 */
class LauncherTest {
  private static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then echo 'openjdk version "VERSION" 2026-01-20' >&2; exit; fi
      echo "home=$0"
      echo "pid=$$"
      for a in "$@"; do
        echo "arg=$a"
        case $a in
          -XX:AOTCacheOutput=*)
            echo "made" >> "$MAVEN_LOG"
            [ -n "$CACHE_FAILS" ] && exit 1
            echo cache > "${a#*=}"
            ;;
        esac
      done
      """;

  private static final String MAVEN =
      """
      #!/bin/sh
      echo '[INFO] Building serin-server 0.1.0-SNAPSHOT                   [4/4]'
      echo "built with $*" >> "$MAVEN_LOG"
      echo '[ERROR] a compiler speaks'
      [ -n "$MAVEN_FAILS" ] && exit 1
      mkdir -p server/target && echo jar > server/target/serin.jar
      """;

  private static final Instant EARLIER = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = Instant.parse("2026-02-01T00:00:00Z");

  /** Elsewhere the cache is off: one test at a time. */
  private static final Map<String, String> CACHED = Map.of("SERIN_START_CACHE", "");

  private static final String ONCE = "this takes some seconds, once";

  @TempDir private Path dir;
  private Path home;
  private Path launcher;
  private Path jar;

  @BeforeEach
  void layOut() throws IOException {
    dir = dir.toRealPath();
    home = dir.resolve("a house");
    launcher = Files.createDirectories(home.resolve("bin")).resolve("serin");
    Files.copy(source(), launcher);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    jar = Files.createDirectories(home.resolve("server/target")).resolve("serin.jar");
    for (String module : List.of("proto", "engine", "server")) {
      touch(home.resolve(module).resolve("src/main/A.java"), EARLIER);
      touch(home.resolve(module).resolve("pom.xml"), EARLIER);
    }
    touch(home.resolve("pom.xml"), EARLIER);
    touch(jar, LATER);
    // The tools the launcher itself needs, and nothing else that this machine has.
    Path tools = Files.createDirectories(dir.resolve("tools"));
    for (String tool :
        List.of(
            "bash",
            "sh",
            "cat",
            "sed",
            "tr",
            "head",
            "dirname",
            "readlink",
            "find",
            "grep",
            "tee",
            "mkdir",
            "ls",
            "rm",
            "mv",
            "flock",
            "uname")) {
      Path found = which(tool);
      if (found != null) {
        executable(tools.resolve(tool), "#!/bin/sh\nexec " + found + " \"$@\"\n");
      }
    }
  }

  @Test
  void launch_noJdk_saysWhatToInstall() throws Exception {
    Run run = launch(Map.of(), "version");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("serin: no JDK of version 25 or newer was found.")
        .contains("sudo apt install", "brew install", "adoptium.net", "JAVA_HOME=/path/to/jdk-25");
  }

  @Test
  void launch_onlyOldJdks_saysWhichItSaw() throws Exception {
    Path old = jdk("jvm/old", "17.0.9");
    Path ancient = jdk("elsewhere/ancient", "1.8.0_402");

    Run run = launch(Map.of("JAVA_HOME", ancient.toString()), "version");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("JAVA_HOME: " + ancient + " (Java 1)")
        .contains(old + " (Java 17)");
  }

  @Test
  void launch_javaHomeTooOld_takesTheNewestOfTheFolders() throws Exception {
    jdk("jvm/a", "25.0.1");
    Path newest = jdk("jvm/b", "26");
    jdk("jvm/c", "21.0.2");
    Path old = jdk("elsewhere/old", "21");

    Run run = launch(Map.of("JAVA_HOME", old.toString()), "version");

    assertThat(run.out()).contains("home=" + newest + "/bin/java");
  }

  @Test
  void launch_javaHomeNewEnough_isTaken() throws Exception {
    jdk("jvm/newer", "27");
    Path chosen = jdk("elsewhere/mine", "25");

    Run run = launch(Map.of("JAVA_HOME", chosen.toString()), "version");

    assertThat(run.out()).contains("home=" + chosen + "/bin/java");
  }

  @Test
  void launch_javaOnThePath_isTaken() throws Exception {
    Path onPath = jdk("elsewhere/linked", "25.0.2");
    Files.createSymbolicLink(dir.resolve("tools/java"), onPath.resolve("bin/java"));

    assertThat(launch(Map.of(), "version").out()).contains("home=" + onPath + "/bin/java");
  }

  @Test
  void launch_throughLinksFromElsewhere_findsItsHouse() throws Exception {
    jdk("jvm/jdk", "25");
    Path links = Files.createDirectories(dir.resolve("links/deeper"));
    Files.createSymbolicLink(links.resolve("first"), launcher);
    Path link = Files.createSymbolicLink(dir.resolve("links/second"), Path.of("deeper/first"));

    Run run = run(link, Map.of(), "evaluate", "a b", "-a", "x=*");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("arg=-jar\narg=" + jar + "\narg=evaluate\narg=a b\narg=-a\n");
    assertThat(run.out()).endsWith("arg=x=*\n");
  }

  @Test
  void launch_serverAndCommands_haveTheirOwnFlags() throws Exception {
    jdk("jvm/jdk", "25");

    assertThat(launch(Map.of(), "server").out())
        .contains("arg=-XX:+UseParallelGC")
        .doesNotContain("TieredStopAtLevel");
    assertThat(launch(Map.of("SERIN_JAVA_OPTS", "-Xmx1g -Dx=y"), "get").out())
        .contains("arg=-XX:+UseSerialGC", "arg=-XX:TieredStopAtLevel=1", "arg=-Xmx1g\narg=-Dx=y\n")
        .doesNotContain("UseParallelGC");
  }

  @Test
  void launch_signals_reachTheJvm() throws Exception {
    jdk("jvm/jdk", "25");
    Process process = start(launcher, Map.of(), "version");
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);

    // The launcher became the JVM: the same process.
    assertThat(out).contains("pid=" + process.pid() + "\n");
  }

  @Test
  void launch_noJar_buildsAndGoesOn() throws Exception {
    jdk("jvm/jdk", "25");
    maven();
    Files.delete(jar);

    Run run = launch(Map.of(), "version");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .startsWith("serin: building (first use)")
        .contains("serin:   serin-server (4/4)")
        .doesNotContain("compiler");
    assertThat(builds())
        .containsExactly("built with -B -Dmaven.test.skip=true -pl server -am package");
    assertThat(run.out()).contains("arg=version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pom.xml", "engine/pom.xml", "proto/src/main/A.java", "server/src/x/B"})
  void launch_newerSource_buildsAgain(String source) throws Exception {
    jdk("jvm/jdk", "25");
    maven();
    touch(home.resolve(source), LATER.plusSeconds(1));

    assertThat(launch(Map.of(), "version").err()).startsWith("serin: building (sources are newer");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void launch_newerTest_buildsNothing() throws Exception {
    jdk("jvm/jdk", "25");
    maven();
    touch(home.resolve("server/src/test/java/T.java"), LATER.plusSeconds(1));
    touch(home.resolve("loadtest/src/main/L.java"), LATER.plusSeconds(1));

    assertThat(launch(Map.of(), "version").err()).isEmpty();
    assertThat(builds()).isEmpty();
  }

  @Test
  void launch_buildFails_saysWhyAndWhere() throws Exception {
    jdk("jvm/jdk", "25");
    maven();
    Files.delete(jar);

    Run run = launch(Map.of("MAVEN_FAILS", "yes"), "version");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("[ERROR] a compiler speaks")
        .contains("serin: the build failed; all of it is in " + home + "/target/serin-build.log");
  }

  @Test
  void launch_noMaven_saysSo() throws Exception {
    jdk("jvm/jdk", "25");
    Files.delete(jar);

    Run run = launch(Map.of(), "version");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("serin: Maven was not found (expected: mvn 3.8.7 or newer");
  }

  @Test
  void launch_runtimeWithoutCompiler_cannotBuild() throws Exception {
    Files.delete(jdk("jvm/jre", "25").resolve("bin/javac"));
    maven();
    Files.delete(jar);

    assertThat(launch(Map.of(), "version").err()).contains("(expected: a JDK, not a JRE)");
  }

  @Test
  void cache_firstUse_isMadeOnceAndUsedByAll() throws Exception {
    jdk("jvm/jdk", "25");

    Run first = launch(CACHED, "server");

    assertThat(first.err()).isEqualTo("serin: preparing the start cache; " + ONCE + "\n");
    assertThat(first.out())
        .contains("arg=-XX:AOTCache=" + cache(), "arg=-Xlog:aot*=off", "arg=-XX:+UseParallelGC")
        .doesNotContain("AOTCacheOutput", "rehearse");
    assertThat(Files.readString(home.resolve("server/target/serin.aot.log")))
        .contains("arg=-XX:+UseParallelGC\n", "arg=-jar\narg=" + jar + "\narg=rehearse\n");

    Run second = launch(CACHED, "get");
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).contains("arg=-XX:AOTCache=" + cache(), "arg=-XX:+UseSerialGC");
    assertThat(builds()).containsExactly("made");
  }

  @Test
  void cache_ofAnotherJarOrJvm_isMadeAnew() throws Exception {
    jdk("jvm/jdk", "25");
    launch(CACHED, "version");
    Files.writeString(jar, "a jar of another size");
    touchTime(jar, LATER);

    assertThat(launch(CACHED, "version").err()).contains("preparing the start cache");
    jdk("jvm/newer", "26");
    assertThat(launch(CACHED, "version").err()).contains("preparing the start cache");
    assertThat(launch(CACHED, "version").err()).isEmpty();
    assertThat(builds()).containsExactly("made", "made", "made");
  }

  @Test
  void cache_jarBuiltAgain_isMadeAnew() throws Exception {
    jdk("jvm/jdk", "25");
    launch(CACHED, "version");
    touchTime(jar, Instant.now().plusSeconds(60));

    assertThat(launch(CACHED, "version").err()).contains("preparing the start cache");
  }

  @Test
  void cache_thatCannotBeMade_stopsNobodyAndIsNotTriedAgain() throws Exception {
    jdk("jvm/jdk", "25");
    Map<String, String> failing = Map.of("SERIN_START_CACHE", "", "CACHE_FAILS", "yes");

    Run first = launch(failing, "version");

    assertThat(first.exitCode()).isZero();
    assertThat(first.err()).contains("serin: no start cache could be made (" + home);
    assertThat(first.out()).contains("arg=version").doesNotContain("AOTCache");
    Run second = launch(failing, "version");
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).contains("arg=version").doesNotContain("AOTCache");
    assertThat(builds()).containsExactly("made");
  }

  @Test
  void cache_whereNothingCanBeWritten_isLeftOut() throws Exception {
    jdk("jvm/jdk", "25");
    // A folder where the file should be: also root cannot write that.
    Files.createDirectories(home.resolve("server/target/serin.aot.key"));
    Files.createDirectories(home.resolve("server/target/serin.aot.log"));
    Files.createDirectories(home.resolve("target/serin-build.lock"));

    Run run = launch(CACHED, "version");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("arg=version").doesNotContain("AOTCache");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xshare:off", "-XX:AOTMode=off", "-Dx -XX:SharedArchiveFile=mine"})
  void cache_besideAnotherArchive_isLeftOut(String options) throws Exception {
    jdk("jvm/jdk", "25");

    Run run = launch(Map.of("SERIN_START_CACHE", "", "SERIN_JAVA_OPTS", options), "version");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).doesNotContain("AOTCache=").contains("arg=version");
  }

  private Run launch(Map<String, String> environment, String... arguments) throws Exception {
    return run(launcher, environment, arguments);
  }

  private Run run(Path command, Map<String, String> environment, String... arguments)
      throws Exception {
    Process process = start(command, environment, arguments);
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    int exitCode = process.waitFor();
    return new Run(exitCode, out, Files.readString(dir.resolve("err")));
  }

  private Process start(Path command, Map<String, String> environment, String... arguments)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(Stream.of(command.toString()), Stream.of(arguments)).toList());
    builder.directory(Files.createDirectories(dir.resolve("elsewhere")).toFile());
    builder.redirectError(dir.resolve("err").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", dir.resolve("tools").toString());
    builder.environment().put("SERIN_JVM_FOLDERS", dir.resolve("jvm") + ":" + dir.resolve("none"));
    builder.environment().put("SERIN_START_CACHE", "off");
    builder.environment().put("MAVEN_LOG", dir.resolve("builds").toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private List<String> builds() throws IOException {
    Path log = dir.resolve("builds");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  private Path jdk(String name, String version) throws IOException {
    Path jdk = dir.resolve(name);
    Files.createDirectories(jdk.resolve("bin"));
    executable(jdk.resolve("bin/java"), JAVA.replace("VERSION", version));
    executable(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    if (!version.startsWith("26")) {
      Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    }
    return jdk;
  }

  private void maven() throws IOException {
    executable(dir.resolve("tools/mvn"), MAVEN);
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static void touch(Path file, Instant time) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "x");
    touchTime(file, time);
  }

  private static void touchTime(Path file, Instant time) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(time));
  }

  private Path cache() {
    return home.resolve("server/target/serin.aot");
  }

  private static @Nullable Path which(String tool) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  private static Path source() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("bin/serin"))) {
        return folder.resolve("bin/serin");
      }
    }
    throw new IllegalStateException("bin/serin: not found (expected: above this module)");
  }
}
