package dev.serin.server.catalog;

import static dev.serin.engine.SplitPeriod.NOT_ENDED;
import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureBuilder;
import static dev.serin.server.catalog.Samples.featureId;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.Decision;
import dev.serin.engine.DecisionToken;
import dev.serin.engine.Snapshot;
import dev.serin.engine.SnapshotCompiler;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import dev.serin.v1.Arm;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A split's counting period begins with the change that draws other units, and is known for it. */
@ParameterizedClass
@EnumSource(TestStore.class)
class PeriodsTest {
  private static final int CHANGES = 60;

  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  PeriodsTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    test = new TestCatalog(store.fresh(directory));
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void period_splitMade_beginsWithItsRevision() {
    long revision = test.put(feature("checkout"), feature("search")).revision();

    assertThat(periods())
        .containsExactly(
            new SplitPeriod("main", revision, "user_key", List.of("on", "off"), NOT_ENDED));
    Snapshot snapshot = SnapshotCompiler.compile(source(), null);
    assertThat(requireNonNull(snapshot.feature("checkout")).decisions())
        .extracting(decision -> DecisionToken.decode(decision.token()))
        .filteredOn(token -> token.split().equals("main"))
        .extracting(DecisionToken::period)
        .hasSizeGreaterThanOrEqualTo(2)
        .containsOnly(revision);
  }

  @Test
  void period_weightsOrCoverageChanged_beginsAnew() {
    long made = test.put(feature("checkout", 25)).revision();
    test.clock.advance(Duration.ofHours(1));
    long madeEnded = test.clock.millis();
    long weights = test.put(feature("checkout", 30)).revision();
    test.clock.advance(Duration.ofHours(1));
    long coverage =
        put(split -> split.setCoverage(Share.newBuilder().setParts(10)).setUnit("account"));

    assertThat(periods())
        .containsExactly(
            new SplitPeriod("main", coverage, "account", List.of("on", "off"), NOT_ENDED),
            period(weights, test.clock.millis()),
            period(made, madeEnded));
  }

  @Test
  void period_descriptionChanged_staysTheSame() {
    long made = test.put(feature("checkout", 30)).revision();
    Feature.Builder described = featureBuilder("checkout", 30).setDescription("Quicker");
    described.getSplitsBuilder(0).setDescription("Users");

    assertThat(test.put(Samples.document(described)).revision()).isGreaterThan(made);
    assertThat(test.archive("checkout").revision()).isGreaterThan(made);
    test.put(Samples.document(described));
    test.catalog.kill("default", "checkout", TestCatalog.NOTE);

    assertThat(periods()).containsExactly(period(made, NOT_ENDED));
  }

  @Test
  void period_restored_beginsAnew() {
    long made = test.put(feature("checkout", 25)).revision();
    long changed = test.put(feature("checkout", 30)).revision();

    long back = restore(made);

    assertThat(periods()).extracting(SplitPeriod::revision).containsExactly(back, changed, made);
    assertThat(periods()).extracting(SplitPeriod::isCurrent).containsExactly(true, false, false);
  }

  @Test
  void period_restoredToTheSameWeights_staysTheSame() {
    long made = test.put(feature("checkout", 25)).revision();
    test.put(Samples.document(featureBuilder("checkout", 25).setOwner("payments")));

    assertThat(restore(made)).isGreaterThan(made);

    assertThat(periods()).containsExactly(period(made, NOT_ENDED));
  }

  @Test
  void period_splitRemoved_endsAndComesBackAnew() {
    long made = test.put(feature("checkout")).revision();
    Feature.Builder without = featureBuilder("checkout", 25).clearSplits().clearDefaultRule();

    test.put(Samples.document(without));

    assertThat(periods()).containsExactly(period(made, test.clock.millis()));
    long again = test.put(feature("checkout")).revision();
    assertThat(periods())
        .containsExactly(period(again, NOT_ENDED), period(made, test.clock.millis()));
  }

  @Test
  void period_featureDeletedAndMadeAgain_isOfAnotherFeature() {
    test.put(feature("checkout"));
    test.delete(featureId("checkout"));

    long again = test.put(feature("checkout")).revision();

    assertThat(periods()).containsExactly(period(again, NOT_ENDED));
  }

  /** As a store is that was made before periods were recorded. */
  @Test
  void period_ofASplitOlderThanPeriods_isKnownOnceItHasEnded() {
    test.put(feature("checkout", 25), feature("search"));
    forgetPeriods();
    test = new TestCatalog(test.database);
    assertThat(periods()).isEmpty();
    String token = tokens().getFirst();
    assertThat(DecisionToken.decode(token).period()).isZero();

    test.clock.advance(Duration.ofHours(1));
    long changed = put(split -> split.setUnit("account"));

    SplitPeriod first = period(0, test.clock.millis());
    assertThat(periods())
        .containsExactly(
            new SplitPeriod("main", changed, "account", List.of("on", "off"), NOT_ENDED), first);
    assertThat(new TestCatalog(test.database).catalog.states().current("default").source())
        .isEqualTo(source());
    test.clock.advance(FeaturePeriods.KEPT.plusMillis(1));
    test.put(feature("checkout", 2));
    assertThat(periods()).extracting(SplitPeriod::revision).doesNotContain(0L);
  }

  private void forgetPeriods() {
    test.database.execute(Priority.CATALOG, handle -> handle.execute("DELETE FROM split_period"));
  }

  private List<String> tokens() {
    Snapshot snapshot = SnapshotCompiler.compile(source(), null);
    return requireNonNull(snapshot.feature("checkout")).decisions().stream()
        .filter(decision -> decision.arm() == Arm.ARM_SPLIT)
        .map(Decision::token)
        .toList();
  }

  @Test
  void period_endedLongAgo_isForgottenWithTheNextChange() {
    test.put(feature("checkout", 1));
    long second = test.put(feature("checkout", 2)).revision();
    test.clock.advance(FeaturePeriods.KEPT.plusMillis(1));

    long third = test.put(feature("checkout", 3)).revision();

    assertThat(periods()).extracting(SplitPeriod::revision).containsExactly(third, second);
  }

  @Test
  void period_ofALargeChange_beginsWithItsRevisionToo() {
    Document[] documents = new Document[2 * Slices.MAX_ROWS + 1];
    for (int i = 0; i < documents.length; i++) {
      documents[i] = feature("feature-" + i, i % 101);
    }

    long revision = test.put(documents).revision();

    assertThat(source().features().values())
        .hasSize(documents.length)
        .allMatch(feature -> feature.periods().equals(List.of(period(revision, NOT_ENDED))));
  }

  @Test
  void period_copied_beginsWithTheRevisionOfTheCopy() {
    test.put(feature("checkout"));
    test.catalog.createNamespace("shop", TestCatalog.NOTE);
    test.put("shop", feature("other"));

    long copied =
        test.catalog
            .copy(
                new CopyCommand(
                    "default",
                    "shop",
                    List.of(featureId("checkout")),
                    OptionalLong.empty(),
                    false,
                    TestCatalog.NOTE))
            .revision();

    SnapshotSource shop = test.catalog.states().current("shop").source();
    assertThat(requireNonNull(shop.features().get("checkout")).periods())
        .containsExactly(period(copied, NOT_ENDED));
  }

  @Test
  void period_onEveryReplicaAndFromDisk_isTheSame() throws IOException {
    Random random = new Random(7);
    TestCatalog other = new TestCatalog(test.database);
    SnapshotFiles files = new SnapshotFiles(directory.resolve("snapshots"), "host/serin");
    assertThat(files.claim("one")).isEmpty();
    for (int i = 0; i < CHANGES; i++) {
      change(i % 2 == 0 ? test : other, random);
      test.clock.advance(Duration.ofHours(random.nextInt(48)));
      other.clock.advance(Duration.ofHours(random.nextInt(48)));

      SnapshotSource source = source();
      assertThat(other.catalog.states().current("default").source()).isEqualTo(source);
      var started = new TestCatalog(test.database);
      assertThat(started.catalog.states().current("default").source()).isEqualTo(source);
      files.save(source, i);
      assertThat(files.load("default").source()).isEqualTo(source);
    }
    assertThat(periods()).hasSizeGreaterThan(3);
  }

  private static void change(TestCatalog catalog, Random random) {
    String key = random.nextBoolean() ? "checkout" : "search";
    switch (random.nextInt(9)) {
      case 0 ->
          catalog.put(Samples.document(featureBuilder(key, 25).setOwner("o" + random.nextInt())));
      case 1 ->
          catalog.put(Samples.document(featureBuilder(key, 1).clearSplits().clearDefaultRule()));
      case 2 -> catalog.put(feature("search"), feature("checkout", random.nextInt(100)));
      case 3 -> {
        catalog.put(feature("search"));
        catalog.delete(featureId("search"));
      }
      default -> catalog.put(feature(key, random.nextInt(100)));
    }
  }

  private long restore(long revision) {
    return test.catalog
        .restore(
            new RestoreCommand(
                "default",
                Optional.of(featureId("checkout")),
                revision,
                OptionalLong.empty(),
                false,
                TestCatalog.NOTE))
        .revision();
  }

  private long put(Consumer<Split.Builder> changed) {
    Feature.Builder feature = featureBuilder("checkout", 30);
    changed.accept(feature.getSplitsBuilder(0));
    return test.put(Samples.document(feature)).revision();
  }

  private static SplitPeriod period(long revision, long endedMillis) {
    return new SplitPeriod("main", revision, "user_key", List.of("on", "off"), endedMillis);
  }

  private List<SplitPeriod> periods() {
    return requireNonNull(source().features().get("checkout")).periods();
  }

  private SnapshotSource source() {
    return test.catalog.states().current("default").source();
  }
}
