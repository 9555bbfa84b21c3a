package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.featureBuilder;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import dev.serin.engine.SplitPeriod;
import dev.serin.server.catalog.PeriodStart.Earlier;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.Split;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What begins a counting period, and what is told to be left of it. */
class PeriodPlanTest {
  private static final String SPLIT =
      """
      id: 's' total: 100 unit: 'account' salt: 'x' coverage { parts: 50 }
      bucketing: BUCKETING_XXH3_MIX64
      weights { variant: 'on' weight: 50 } weights { variant: 'off' weight: 50 }
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id: 's' weights { variant: 'on' weight: 51 } weights { variant: 'off' weight: 49 }",
        "id: 's' weights { variant: 'off' weight: 50 } weights { variant: 'on' weight: 50 }",
        "id: 's' weights { variant: 'on' weight: 50 } weights { variant: 'off' weight: 50 }"
            + " weights { variant: 'new' weight: 0 }",
        "id: 's' total: 200 weights { variant: 'on' weight: 50 }"
            + " weights { variant: 'off' weight: 150 }",
        "coverage { parts: 51 }",
        "coverage { parts: 100 }",
        "unit: 'user_key'",
        "salt: 'y'",
        "bucketing: BUCKETING_UNSPECIFIED",
        "probability: true",
      })
  void splits_whoDrawOthers_beginAPeriod(String difference) throws TextFormat.ParseException {
    Split before = split(SPLIT);
    Split after = changed(before, difference);

    assertThat(PeriodPlan.of(document(before), document(after)))
        .containsExactly(
            start(SplitPeriod.of(after, 0), new Earlier("account", List.of("on", "off"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "description: 'other'",
        "coverage { parts: 1 of: 2 }",
        "total: 2 weights { variant: 'on' weight: 1 } weights { variant: 'off' weight: 1 }",
      })
  void splits_whoDrawTheSame_beginNone(String difference) throws TextFormat.ParseException {
    Split before = split(SPLIT);

    assertThat(PeriodPlan.of(document(before), document(changed(before, difference)))).isEmpty();
  }

  @Test
  void split_thatSaysWhatIsSoAnyway_beginsNone() throws TextFormat.ParseException {
    Split before = split("id: 's' weights { variant: 'on' weight: 100 }");
    Split after =
        split(
            "id: 's' total: 100 unit: 'user_key' coverage { parts: 7 of: 7 }"
                + " weights { variant: 'on' weight: 100 }");

    assertThat(PeriodPlan.of(document(before), document(after))).isEmpty();
  }

  @Test
  void feature_madeOrDeleted_beginsOrForgetsAll() throws TextFormat.ParseException {
    Document feature =
        document(split(SPLIT), split("id: 'c' probability: true weights { variant: 'on' }"));

    assertThat(PeriodPlan.of(null, feature))
        .containsExactly(
            new PeriodStart("s", "account", List.of("on", "off"), null),
            new PeriodStart("c", "", List.of("on"), null));
    assertThat(PeriodPlan.of(feature, null)).containsExactly(PeriodStart.FEATURE_DELETED);
  }

  @Test
  void splits_removedOrRenamed_end() throws TextFormat.ParseException {
    Split split = split(SPLIT);
    Split renamed = split.toBuilder().setId("t").build();

    assertThat(PeriodPlan.of(document(split, renamed), document()))
        .containsExactly(gone("s"), gone("t"));
    assertThat(PeriodPlan.of(document(split), document(renamed)))
        .containsExactly(new PeriodStart("t", "account", List.of("on", "off"), null), gone("s"));
  }

  @Test
  void documents_ofOtherKinds_haveNone() {
    assertThat(PeriodPlan.of(null, Samples.segment("a"))).isEmpty();
    assertThat(PeriodPlan.of(Samples.segment("a"), Samples.segment("a", "ann"))).isEmpty();
    assertThat(PeriodPlan.of(Samples.segment("a"), null)).isEmpty();
  }

  @Test
  void periods_moreThanTheirNumber_loseTheOldest() {
    List<SplitPeriod> periods = new ArrayList<>();
    for (int revision = 1; revision <= FeaturePeriods.MAX_ENDED + 5; revision++) {
      PeriodStart start = new PeriodStart("s", "user_key", List.of("on"), null);
      periods =
          new ArrayList<>(
              FeaturePeriods.after(periods, new PeriodRows.Row("f", start, revision, revision)));
    }

    assertThat(periods).hasSize(FeaturePeriods.MAX_ENDED + 1);
    assertThat(periods.getFirst().isCurrent()).isTrue();
    assertThat(periods.getLast().revision()).isEqualTo(5);
    assertThat(periods.getLast().endedMillis()).isEqualTo(6);
  }

  @Test
  void period_thatNoRowBegan_isKnownAsTheFirstWhenItEnds() {
    Earlier earlier = new Earlier("account", List.of("on", "off"));
    PeriodStart changed = new PeriodStart("s", "user_key", List.of("on"), earlier);
    PeriodStart other = new PeriodStart("t", "user_key", List.of("on"), null);
    SplitPeriod first = new SplitPeriod("s", 0, "account", List.of("on", "off"), 70);

    List<SplitPeriod> made = FeaturePeriods.after(List.of(), new PeriodRows.Row("f", other, 6, 60));
    List<SplitPeriod> ended = FeaturePeriods.after(made, new PeriodRows.Row("f", changed, 7, 70));

    assertThat(ended).hasSize(3).contains(first);
    assertThat(ended)
        .filteredOn(SplitPeriod::isCurrent)
        .extracting(SplitPeriod::revision)
        .containsExactly(7L, 6L);
    // Only once: the next change ends one that a row began.
    List<SplitPeriod> again = FeaturePeriods.after(ended, new PeriodRows.Row("f", changed, 8, 80));
    assertThat(again)
        .filteredOn(period -> period.split().equals("s"))
        .extracting(SplitPeriod::revision)
        .containsExactly(8L, 7L, 0L);
    // A split that goes leaves it, too; a deleted feature leaves nothing.
    PeriodStart gone = new PeriodStart("s", "", List.of(), earlier);
    assertThat(FeaturePeriods.after(List.of(), new PeriodRows.Row("f", gone, 7, 70)))
        .containsExactly(first);
    assertThat(
            FeaturePeriods.after(
                again, new PeriodRows.Row("f", PeriodStart.FEATURE_DELETED, 9, 90)))
        .isEmpty();
  }

  private static PeriodStart gone(String split) {
    return new PeriodStart(split, "", List.of(), new Earlier("account", List.of("on", "off")));
  }

  private static PeriodStart start(SplitPeriod period, Earlier earlier) {
    return new PeriodStart(period.split(), period.unit(), period.variants(), earlier);
  }

  /** The split with whatever fields a text sets, set to that. */
  private static Split changed(Split split, String difference) throws TextFormat.ParseException {
    Split stated = split(difference);
    Split.Builder changed = split.toBuilder();
    if (difference.contains("bucketing")) {
      changed.clearBucketing();
    }
    stated.getAllFields().keySet().forEach(changed::clearField);
    return changed.mergeFrom(stated).build();
  }

  private static Split split(String text) throws TextFormat.ParseException {
    return TextFormat.parse(text, Split.class);
  }

  private static Document document(Split... splits) {
    Feature.Builder feature = featureBuilder("f", 5).clearSplits();
    for (Split split : splits) {
      feature.addSplits(split);
    }
    return Samples.document(feature);
  }
}
