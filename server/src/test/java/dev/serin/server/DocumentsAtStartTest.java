package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.serin.server.catalog.DirectoryWatcher;
import dev.serin.v1.EvaluateRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A server whose directory of documents is broken in one place when it starts. */
class DocumentsAtStartTest {
  private static final Logger WATCHER_LOG =
      (Logger) LoggerFactory.getLogger(DirectoryWatcher.class);

  /** A directory is looked at every ten seconds, or sooner; machines are slow. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Revision 1 creates the namespace, the next one holds its documents. */
  private static final long SHOP_APPLIED = 2;

  @TempDir private Path directory;
  private final ListAppender<ILoggingEvent> printed = new ListAppender<>();

  @BeforeEach
  void listen() {
    printed.start();
    WATCHER_LOG.addAppender(printed);
  }

  @AfterEach
  void stopListening() {
    WATCHER_LOG.detachAppender(printed);
  }

  @Test
  void start_oneNamespaceBroken_servesItsOldStateAndTheNewOneOfOthers() throws Exception {
    write("default/banner.yaml", feature("banner", "old"));
    write("shop/checkout.yaml", feature("checkout", "old"));
    write("shop/payment.yaml", feature("payment", "old"));
    try (RunningServer server = start()) {
      assertThat(served(server, "default", "banner")).isEqualTo("old");
      assertThat(served(server, "shop", "checkout")).isEqualTo("old");
      assertThat(printed.list).noneMatch(event -> event.getLevel() == Level.ERROR);
    }

    write("default/banner.yaml", feature("banner", "new"));
    write("shop/checkout.yaml", feature("checkout", "new"));
    write("shop/payment.yaml", "feature:\n  key: payment\n  variant: [a, b]\n");
    try (RunningServer server = start()) {
      assertThat(served(server, "default", "banner")).isEqualTo("new");
      assertThat(served(server, "shop", "checkout")).as("all files or none").isEqualTo("old");
      assertThat(served(server, "shop", "payment")).isEqualTo("old");
      String error = "shop/payment.yaml:3:3: variant: unknown field (expected: ";
      assertThat(printed.list)
          .filteredOn(event -> event.getLevel() == Level.ERROR)
          .singleElement()
          .satisfies(event -> assertThat(event.getFormattedMessage()).contains(error));
      var ready = server.get("/readyz");
      assertThat(ready.statusCode()).isEqualTo(200);
      assertThat(ready.body())
          .contains(error)
          .containsPattern("\"documentsLookTime\":\"[0-9-]+T[0-9:.]+Z\"");

      write("shop/payment.yaml", feature("payment", "new"));
      awaitRevision(server, SHOP_APPLIED + 1);
      assertThat(served(server, "shop", "checkout")).isEqualTo("new");
      assertThat(served(server, "shop", "payment")).isEqualTo("new");
    }
  }

  @Test
  void start_namespaceBrokenFromTheBeginning_isNotThereAndOthersServe() throws Exception {
    write("default/banner.yaml", feature("banner", "on"));
    write("shop/checkout.yaml", feature("checkout", "on") + "  default_rule: {split: main}\n");

    try (RunningServer server = start()) {
      assertThat(served(server, "default", "banner")).isEqualTo("on");
      assertThat(printed.list)
          .filteredOn(event -> event.getLevel() == Level.ERROR)
          .singleElement()
          .satisfies(
              event ->
                  assertThat(event.getFormattedMessage())
                      .contains("shop/checkout.yaml:5:18: default_rule.split: "));
      var failure =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> served(server, "shop", "checkout"));
      assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);

      write("shop/checkout.yaml", feature("checkout", "on"));
      awaitRevision(server, SHOP_APPLIED);
      assertThat(served(server, "shop", "checkout")).isEqualTo("on");
    }
  }

  private static void awaitRevision(RunningServer server, long revision) throws Exception {
    assertThat(server.server().awaitRevision("shop", revision, PATIENCE)).isTrue();
  }

  private RunningServer start() {
    return RunningServer.start(directory, "--documents=" + directory.resolve("documents"));
  }

  private void write(String file, String text) throws IOException {
    Path place = directory.resolve("documents").resolve(file);
    Files.createDirectories(place.getParent());
    Path beside = Files.writeString(directory.resolve("written"), text);
    Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String feature(String key, String variant) {
    return """
    feature:
      key: %s
      variants: [{key: old, value: 1}, {key: new, value: 2}, {key: on, value: 3}]
      default_variant: %s
    """
        .formatted(key, variant);
  }

  private static String served(RunningServer server, String namespace, String feature) {
    return server
        .decisions()
        .evaluate(
            EvaluateRequest.newBuilder()
                .setNamespace(namespace)
                .setFeature(feature)
                .setUserKey("user-1")
                .build())
        .getVariant();
  }
}
