package dev.serin.server.catalog;

import static com.google.common.util.concurrent.Uninterruptibles.awaitUninterruptibly;
import static dev.serin.server.catalog.DocumentDirectory.errors;
import static dev.serin.server.catalog.DocumentDirectory.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The watcher on a real file system and a real store. */
class DirectoryWatcherTest {
  /** Longest wait for a look: rescans come every ten seconds, and machines are slow. */
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path parent;
  private final BlockingQueue<DirectoryStatus> looks = new LinkedBlockingQueue<>();
  private DocumentDirectory directory;
  private DirectoryWatcher watcher;

  @BeforeEach
  void open() throws IOException {
    directory = new DocumentDirectory(parent);
    watcher =
        new DirectoryWatcher(
            directory.root,
            directory.catalog,
            () -> DocumentDirectory.NOW,
            System::nanoTime,
            looks::add);
  }

  @AfterEach
  void close() {
    watcher.close();
    directory.close();
  }

  @Test
  void start_withFiles_hasAppliedThemWhenItReturns() throws IOException {
    directory.write("a.yaml", segment("a", "ann"));

    DirectoryStatus status = watcher.start();

    assertThat(status.isHealthy()).isTrue();
    assertThat(watcher.status()).isEqualTo(status);
    assertThat(directory.segments("default")).containsExactly("a=ann by directory");
  }

  @Test
  void start_withErrors_reportsThemAndGoesOnWatching() throws Exception {
    directory.write("a.yaml", "segment: {keys: a}");

    assertThat(errors(watcher.start()))
        .containsExactly("a.yaml:1:11: keys: unknown field (expected: key)");

    directory.write("a.yaml", segment("a", "ann"));
    awaitLook(DirectoryStatus::isHealthy);
    assertThat(directory.segments("default")).containsExactly("a=ann by directory");
  }

  @Test
  void start_withoutStore_reportsItAndGoesOn() {
    directory.closeStore();

    assertThat(watcher.start().isHealthy()).isFalse();
  }

  @Test
  @Timeout(value = PATIENCE_SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void pipe_amongTheFiles_isAnErrorUntilItIsAFileAgain() throws Exception {
    Path pipe = directory.root.resolve("a.yaml");
    DocumentDirectory.makePipe(pipe);

    assertThat(errors(watcher.start()))
        .containsExactly("a.yaml: a pipe, a socket or a device (expected: a regular file)");

    Files.delete(pipe);
    directory.write("a.yaml", segment("a", "ann"));
    awaitLook(DirectoryStatus::isHealthy);

    Files.delete(pipe);
    DocumentDirectory.makePipe(pipe);
    awaitLook(look -> !look.isHealthy());
    directory.write("b.yaml", segment("b", "bob"));
    Files.delete(pipe);
    awaitLook(look -> directory.segments("default").contains("b=bob by directory"));
  }

  @Test
  void folder_linkedIntoItself_isOneError() throws IOException {
    directory.write("shop/a.yaml", segment("a", "ann"));
    Path shop = directory.root.resolve("shop");
    Files.createSymbolicLink(shop.resolve("again"), shop);

    assertThat(errors(watcher.start()))
        .containsExactly(
            shop.resolve("again") + ": a link to a folder that it stands in (expected: none)");
  }

  @Test
  void look_endedByAnError_isToldAndTheNextOneIsTaken() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    watcher =
        new DirectoryWatcher(
            directory.root,
            directory.catalog,
            () -> {
              if (broken.getAndSet(false)) {
                throw new StackOverflowError("planted");
              }
              return DocumentDirectory.NOW;
            },
            System::nanoTime,
            looks::add);
    watcher.start();

    broken.set(true);
    directory.write("a.yaml", segment("a", "ann"));
    awaitLook(look -> errors(look).toString().contains("StackOverflowError: planted"));
    directory.write("b.yaml", segment("b", "bob"));
    awaitLook(look -> directory.segments("default").size() == 2);
  }

  @Test
  @Timeout(value = PATIENCE_SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void close_whileALookDoesNotEnd_returns() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    watcher =
        new DirectoryWatcher(
            directory.root,
            directory.catalog,
            () -> DocumentDirectory.NOW,
            System::nanoTime,
            look -> {
              if (!look.namespaces().isEmpty()) {
                looking.countDown();
                awaitUninterruptibly(end);
              }
            });
    watcher.start();
    directory.write("a.yaml", segment("a", "ann"));
    looking.await();

    watcher.close();

    end.countDown();
  }

  @Test
  void changes_inFoldersOldAndNew_areApplied() throws Exception {
    directory.write("shop/a.yaml", segment("a", "ann"));
    watcher.start();

    directory.write("shop/a.yaml", segment("a", "bob"));
    awaitLook(look -> directory.segments("shop").contains("a=bob by directory"));

    directory.write("eu/west/b.yaml", segment("b", "bob"));
    awaitLook(look -> look.namespaces().size() == 2);
    directory.write("eu/west/b.yaml", segment("b", "cat"));
    awaitLook(look -> directory.segments("eu").contains("b=cat by directory"));
  }

  @Test
  void file_brokenWhileServing_keepsTheOldStateUntilItIsMended() throws Exception {
    directory.write("a.yaml", segment("a", "ann"));
    watcher.start();

    directory.write("a.yaml", "segment: {key: a, included: [bob");
    awaitLook(look -> !look.isHealthy());
    assertThat(directory.segments("default")).containsExactly("a=ann by directory");

    directory.write("a.yaml", segment("a", "bob"));
    awaitLook(DirectoryStatus::isHealthy);
    assertThat(directory.segments("default")).containsExactly("a=bob by directory");
  }

  @Test
  void files_thatLookTheSame_areNotReadWhenAnotherChanges() throws Exception {
    // Another name of the file: what is written there raises no event here.
    Path elsewhere = Files.writeString(parent.resolve("a.yaml"), segment("a", "ann"));
    setLongUntouched(elsewhere);
    Files.createLink(directory.root.resolve("a.yaml"), elsewhere);
    watcher.start();

    Files.writeString(elsewhere, segment("a", "bob"));
    setLongUntouched(elsewhere);
    directory.write("b.yaml", segment("b", "cat"));
    awaitLook(look -> directory.segments("default").contains("b=cat by directory"));
    assertThat(directory.segments("default")).contains("a=ann by directory");

    Files.writeString(elsewhere, segment("a", "dora"));
    directory.write("b.yaml", segment("b", "eve"));
    awaitLook(look -> directory.segments("default").contains("b=eve by directory"));
    assertThat(directory.segments("default")).contains("a=dora by directory");
  }

  @Test
  void file_longUntouched_isBlamedWhereAnotherMakesItWrong() throws Exception {
    directory.write("beta.yaml", segment("beta", "ann"));
    directory.write(
        "checkout.yaml",
        """
        feature:
          key: checkout
          variants:
          - {key: "on", value: true}
          - {key: "off", value: false}
          default_variant: "off"
          rules:
          - id: testers
            when:
            - segment: beta
            serve: {variant: "on"}
        """);
    setLongUntouched(directory.root.resolve("checkout.yaml"));
    assertThat(errors(watcher.start())).isEmpty();

    directory.write("beta.yaml", segment("alpha", "ann"));

    awaitLook(look -> !look.isHealthy());
    DirectoryStatus status = watcher.status();
    assertThat(status == null ? List.of() : errors(status))
        .singleElement()
        .asString()
        .startsWith("checkout.yaml:10:7: rules[0].when[0].segment: ");
    assertThat(directory.segments("default")).containsExactly("beta=ann by directory");
  }

  @Test
  void configMap_swapped_isAppliedWhole() throws Exception {
    // How Kubernetes mounts one: files are links through ..data, which is replaced by a rename.
    version("..v1", "ann");
    Files.createSymbolicLink(directory.root.resolve("..data"), Path.of("..v1"));
    for (String file : new String[] {"a.yaml", "b.yaml"}) {
      Files.createSymbolicLink(directory.root.resolve(file), Path.of("..data", file));
    }
    watcher.start();
    assertThat(directory.segments("default"))
        .containsExactly("a=ann by directory", "b=ann by directory");
    long revision = directory.revision("default");

    version("..v2", "bob");
    Path next = Files.createSymbolicLink(directory.root.resolve("..data_tmp"), Path.of("..v2"));
    Files.move(
        next,
        directory.root.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);

    awaitLook(look -> directory.revision("default") > revision);
    assertThat(directory.revision("default")).isEqualTo(revision + 1);
    assertThat(directory.segments("default"))
        .containsExactly("a=bob by directory", "b=bob by directory");
  }

  @Test
  void close_once_endsTheLooksAndMayBeCalledAgain() throws Exception {
    watcher.start();
    watcher.close();
    looks.clear();

    directory.write("a.yaml", segment("a", "ann"));
    watcher.close();

    assertThat(looks.poll(500, TimeUnit.MILLISECONDS)).isNull();
    assertThatThrownBy(watcher::start).isInstanceOf(IllegalStateException.class);
  }

  private static void setLongUntouched(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(DocumentDirectory.NOW.minusSeconds(60)));
  }

  private void version(String folder, String users) throws IOException {
    Path path = Files.createDirectory(directory.root.resolve(folder));
    Files.writeString(path.resolve("a.yaml"), segment("a", users));
    Files.writeString(path.resolve("b.yaml"), segment("b", users));
  }

  private void awaitLook(Predicate<DirectoryStatus> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      DirectoryStatus look = looks.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(look).as("a look as it was waited for").isNotNull();
      if (look != null && wanted.test(look)) {
        return;
      }
    }
  }
}
