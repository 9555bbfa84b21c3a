package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.telemetry.Metrics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VariantMetersTest {
  /** Begin of the last minute, in whole slots. */
  private static final long MINUTE = Counted.NOW / 10_000 * 10_000 - 60_000;

  private final Counted counted = Counted.ofRun();
  private final AtomicLong now = new AtomicLong(Counted.NOW);
  private final AtomicBoolean loaded = new AtomicBoolean(true);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
  private final Metrics metrics = new Metrics();
  private final VariantMeters meters =
      new VariantMeters(
          counted,
          new ViewQuestions() {
            @Override
            public <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
              return loaded.get()
                  ? counted.ask(question)
                  : CompletableFuture.failedFuture(ApiErrors.notReady());
            }
          },
          clock);

  VariantMetersTest() {
    meters.register(metrics);
  }

  @AfterEach
  void close() {
    meters.close();
    metrics.close();
  }

  private List<String> scraped() {
    return metrics.scrape().lines().filter(line -> line.startsWith("serin_variant_")).toList();
  }

  @Test
  void meters_ofTheLastMinute_giveRowS9() {
    Place fresh = counted.place(1, "new");
    Place old = counted.place(1, "old");
    counted.count(
        builder -> {
          for (int i = 0; i < 240; i++) {
            long time = MINUTE + i * 250L;
            Place place = i % 4 == 0 ? fresh : old;
            builder.exposure(place, Counted.unit(i), time);
            Counted.report(builder, place, Counted.ERROR, i, i % 8 == 0 ? 1 : 0, time);
            Counted.report(builder, place, Counted.LATENCY, i, i < 60 ? 10 : 100, time);
          }
          // In the slot that is not over, and before the minute.
          builder.exposure(fresh, 1, MINUTE + 60_000);
          builder.exposure(fresh, 1, MINUTE - 1);
        });

    meters.refresh();

    assertThat(scraped())
        .contains(
            share("new", "0.25"),
            share("old", "0.75"),
            labels("decisions_per_second", "new", "") + " 1.0",
            labels("decisions_per_second", "old", "") + " 3.0",
            labels("outcomes_per_second", "new", "") + " 2.0",
            labels("metric_mean", "new", ",metric=\"error\"") + " 0.5",
            labels("metric_mean", "old", ",metric=\"error\"") + " 0.0",
            labels("metric_mean", "old", ",metric=\"latency\"") + " 77.5",
            labels("metric_quantile", "new", ",metric=\"latency\",quantile=\"0.99\"") + " 100.0");
  }

  private static String share(String variant, String value) {
    return labels("traffic_share", variant, "") + " " + value;
  }

  private static String labels(String meter, String variant, String more) {
    int metric = more.indexOf(",quantile");
    String before = metric < 0 ? more : more.substring(0, metric);
    String after = metric < 0 ? "" : more.substring(metric);
    return "serin_variant_%s{feature=\"ranking\"%s,namespace=\"shop\"%s,variant=\"%s\"}"
        .formatted(meter, before, after, variant);
  }

  @Test
  void meters_withoutTrafficOrView_showNothing() {
    counted.count(builder -> builder.exposure(counted.place(1, "new"), 1, MINUTE + 1));
    meters.refresh();
    assertThat(scraped()).isNotEmpty();

    loaded.set(false);
    meters.refresh();
    assertThat(scraped()).isEmpty();

    loaded.set(true);
    meters.refresh();
    assertThat(scraped()).isNotEmpty();

    now.addAndGet(180_000);
    meters.refresh();
    assertThat(scraped()).isEmpty();
  }
}
