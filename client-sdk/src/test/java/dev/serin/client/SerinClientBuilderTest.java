package dev.serin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SerinClientBuilderTest {
  private final SerinClientBuilder builder = SerinClient.builder("127.0.0.1:8980");

  @ParameterizedTest
  @ValueSource(strings = {"", "  "})
  void builder_blankTarget_isRefused(String target) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SerinClient.builder(target))
        .withMessage("target: blank (expected: host:port)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Shop", "-shop", "a b", "ä"})
  void namespace_notOne_isRefused(String namespace) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.namespace(namespace))
        .withMessageStartingWith("namespace: " + namespace + " (expected: [a-z0-9][a-z0-9-]*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT1M0.001S"})
  void deadline_outOfRange_isRefused(String deadline) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.deadline(Duration.parse(deadline)))
        .withMessageContaining("(expected: more than 0, at most PT1M)");
  }

  @Test
  void settings_outOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.keepAlive(Duration.ofSeconds(9), Duration.ofSeconds(1)))
        .withMessage("keepAlive idle: PT9S (expected: 10 s or more)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.keepAlive(Duration.ofSeconds(10), Duration.ZERO))
        .withMessage("keepAlive timeout: PT0S (expected: more than 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.drain(Duration.ofSeconds(-1)))
        .withMessage("drain: PT-1S (expected: 0 or more)");
    assertThatThrownBy(() -> builder.tls(Path.of("no-such.pem")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no-such.pem")
        .hasMessageContaining("(expected: a PEM file)");
  }

  @Test
  void transport_inProcess_isUsedAndCustomised() throws IOException {
    try (FakeServer service = new FakeServer()) {
      service.answers(Values.decision(Values.of(true)));
      var inProcess =
          InProcessServerBuilder.forName("other").directExecutor().addService(service).build();
      inProcess.start();
      AtomicInteger customised = new AtomicInteger();
      try (SerinClient client =
          SerinClient.builder("other")
              .transport(InProcessChannelBuilder::forName)
              .customise(channel -> customised.incrementAndGet())
              .deadline(Deadlines.GENEROUS)
              .build()) {
        assertThat(client.evaluate("f", Context.user("u"), false)).isTrue();
        assertThat(customised).hasValue(1);
      } finally {
        inProcess.shutdownNow();
      }
    }
  }
}
