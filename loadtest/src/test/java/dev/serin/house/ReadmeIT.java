package dev.serin.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The tour of README.md, typed as it stands there against a server started as it says. */
class ReadmeIT {
  /** Building is done, so this is a start, not a build; generous for a busy machine. */
  private static final int START_SECONDS = 60;

  private static final int COMMAND_SECONDS = 60;

  /** Ports of the tour: a reader types them, so the test does. */
  private static final List<Integer> PORTS = List.of(8980, 8981);

  private static final Readme README = Readme.parse(House.read(House.root().resolve("README.md")));

  @TempDir static Path dataDir;

  private static Process server;

  @BeforeAll
  static void startServer() throws IOException, InterruptedException {
    for (int port : PORTS) {
      assertThat(answers(port)).as("port %d is taken; the tour needs it", port).isFalse();
    }
    ProcessBuilder builder = shell("exec bin/serin server");
    builder.environment().put("SERIN_DATA_DIR", dataDir.toString());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(dataDir.resolve("server.log").toFile());
    server = builder.start();
    Process ready =
        shell(
                "for _ in $(seq %d); do curl -sf 127.0.0.1:8981/readyz && exit; sleep .2; done;"
                        .formatted(START_SECONDS * 5)
                    + " exit 1")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(ready.waitFor())
        .as("ready; the server's log: %s", House.read(dataDir.resolve("server.log")))
        .isZero();
  }

  @AfterAll
  static void stopServer() throws InterruptedException {
    server.destroy();
    assertThat(server.waitFor(START_SECONDS, TimeUnit.SECONDS)).as("stopped").isTrue();
  }

  @TestFactory
  Stream<DynamicTest> tour() {
    List<Readme.Step> steps = README.steps();
    assertThat(steps).as("commands in the tour").hasSizeGreaterThan(5);
    return Stream.concat(
        steps.stream().map(step -> dynamicTest(step.command(), () -> type(step))),
        Stream.of(dynamicTest("the Java snippet", ReadmeIT::runSnippet)));
  }

  @Test
  void yaml_ofTheTour_isInTheFilesThatAreApplied() {
    assertThat(README.in("yaml"))
        .extracting(Readme.Block::text)
        .containsExactly(
            House.read(House.root().resolve("docs/tour/new-checkout.yaml")),
            House.read(House.root().resolve("docs/tour/rollout.yaml")));
  }

  @Test
  void java_ofTheReadme_isThatOfTheSnippets() {
    Path house = House.root().resolve("loadtest/src/test/java/dev/serin/house");
    assertThat(README.in("java"))
        .zipSatisfy(
            List.of("TourSnippet", "ReportSnippet", "ReportSnippet"),
            (block, snippet) ->
                assertThat(flat(House.read(house.resolve(snippet + ".java"))))
                    .contains(flat(block.text())));
  }

  private static String flat(String java) {
    return java.replaceAll("(?m)^ +", "");
  }

  private static void runSnippet() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      TourSnippet.run();
    } finally {
      System.setOut(before);
    }
    String line = printed.toString(StandardCharsets.UTF_8).strip();
    assertThat(line).isNotEmpty();
    assertThat(House.read(House.root().resolve("README.md"))).contains("It prints `" + line + "`");
  }

  private static void type(Readme.Step step) throws IOException, InterruptedException {
    if (step.command().startsWith("grpcurl")) {
      // CI installs it; a skipped test fails there.
      Assumptions.assumeTrue(
          shell("command -v grpcurl >/dev/null").start().waitFor() == 0, "grpcurl is installed");
    }
    Process process = shell(step.command()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(output).isEqualTo(step.output());
  }

  private static ProcessBuilder shell(String command) {
    return new ProcessBuilder("bash", "-c", command).directory(House.root().toFile());
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
