package dev.serin.loadtest.faults;

import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.VariantSummary;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Servers and producers under a plan of faults, and the recount afterwards. */
final class FaultRun implements AutoCloseable {
  private static final int FREEZE_MILLIS = 2_000;

  /** Longer than a replica may be silent, and than it takes another to see that. */
  private static final int RETIREMENT_MILLIS = 14_000;

  private static final int AWAY_MILLIS = 1_500;
  private static final long VIEW_SECONDS = 60;

  private final Cluster cluster;
  private final Relay relay;
  private final @Nullable StoreRelay store;
  private final List<Producer> producers = new ArrayList<>();
  private final List<RudeProducer> rude = new ArrayList<>();
  private final Map<FaultKind, Integer> done = new EnumMap<>(FaultKind.class);
  private final Consumer<String> progress;

  /**
   * Starts servers and producers.
   *
   * @param store stands before the shared store; null: each server has its own
   * @param storeOptions options of the servers that name the store
   * @param pairs producers of each kind: with a spool, without one, rude
   * @param progress is told what happens, in lines
   */
  FaultRun(
      Path directory,
      @Nullable StoreRelay store,
      List<String> storeOptions,
      int servers,
      int pairs,
      long seed,
      Consumer<String> progress)
      throws IOException {
    this.store = store;
    this.progress = progress;
    cluster = new Cluster(directory, servers, storeOptions);
    relay = new Relay(cluster::nextServer);
    try {
      SplittableRandom random = new SplittableRandom(seed);
      List<String> names = new ArrayList<>();
      for (int i = 0; i < pairs; i++) {
        names.addAll(List.of("plain-" + i, "spooled-" + i, "rude-" + i));
      }
      Map<String, String> tokens = new FaultFeatures(channel()).create(names);
      for (String name : names) {
        String token = Objects.requireNonNull(tokens.get(name));
        if (name.startsWith("rude")) {
          rude.add(new RudeProducer(name, "127.0.0.1", relay.port(), token, random.split()));
        } else {
          String target = "127.0.0.1:" + relay.port();
          producers.add(new Producer(name, target, token, name.startsWith("spooled"), directory));
        }
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private ManagedChannel channel() throws IOException {
    InetSocketAddress server = cluster.nextServer();
    if (server == null) {
      throw new IOException("no server runs");
    }
    return NettyChannelBuilder.forAddress(server).usePlaintext().build();
  }

  /** Lets the plan happen. */
  void run(List<Fault> plan) throws IOException, InterruptedException {
    for (int i = 0; i < plan.size(); i++) {
      Fault fault = plan.get(i);
      pause(fault.pauseMillis());
      progress.accept("%d of %d: %s".formatted(i + 1, plan.size(), fault));
      happen(fault);
      done.merge(fault.kind(), 1, Integer::sum);
      int ended = cluster.startEnded();
      if (ended > 0) {
        progress.accept("started again, having ended by themselves: " + ended);
      }
    }
  }

  private void happen(Fault fault) throws IOException, InterruptedException {
    int server = fault.victim() % cluster.size();
    switch (fault.kind()) {
      case KILL_SERVER -> cluster.restart(server);
      case KILL_PRODUCER -> producers.get(fault.victim() % producers.size()).restart();
      case CUT_CONNECTIONS -> relay.cut();
      case FREEZE_SERVER -> freeze(server, FREEZE_MILLIS);
      case FREEZE_PAST_RETIREMENT -> freeze(server, RETIREMENT_MILLIS);
      case LOSE_COMMIT_ANSWER -> storeRelay().loseAnswer();
      case LOSE_COMMIT -> storeRelay().loseCommit();
      case STORE_AWAY -> {
        storeRelay().setAway(true);
        pause(AWAY_MILLIS);
        storeRelay().setAway(false);
      }
    }
  }

  private static void pause(int millis) throws InterruptedException {
    boolean never = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    assert !never;
  }

  private StoreRelay storeRelay() {
    return Objects.requireNonNull(store, "store");
  }

  /** Producers that wait for it go elsewhere when their connections break. */
  private void freeze(int server, int millis) throws IOException, InterruptedException {
    cluster.freeze(server);
    if (cluster.size() > 1) {
      relay.cut();
    }
    pause(millis);
    cluster.thaw(server);
  }

  /** How often each kind happened. */
  Map<FaultKind, Integer> done() {
    return Map.copyOf(done);
  }

  /** Ends the producers; returns what they reported. */
  Map<String, List<Life>> endProducers() throws IOException, InterruptedException {
    cluster.startEnded();
    Map<String, List<Life>> lives = new TreeMap<>();
    for (Producer producer : producers) {
      producer.end();
      lives.put(producer.name(), producer.lives());
    }
    for (RudeProducer one : rude) {
      lives.put(one.name(), List.of(one.end()));
    }
    return lives;
  }

  /** Asks each server what was counted, until all say the same; returns that. */
  Map<String, Counted> counted(Map<String, List<Life>> lives)
      throws IOException, InterruptedException {
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(VIEW_SECONDS);
    while (true) {
      List<Map<String, Counted>> views = new ArrayList<>();
      for (int i = 0; i < cluster.size(); i++) {
        views.add(view(lives));
      }
      boolean same = views.stream().distinct().count() == 1;
      boolean plausible = Recount.violations(lives, views.get(0)).isEmpty();
      if ((same && plausible) || System.nanoTime() - giveUp > 0) {
        if (!same) {
          throw new IOException("servers see different counts: " + views);
        }
        return views.get(0);
      }
      pause(FREEZE_MILLIS / 4);
    }
  }

  private Map<String, Counted> view(Map<String, List<Life>> lives) throws IOException {
    ManagedChannel channel = channel();
    try {
      var stub = AnalysisServiceGrpc.newBlockingStub(channel);
      Map<String, Counted> view = new TreeMap<>();
      for (String feature : lives.keySet()) {
        long count = 0;
        long units = 0;
        for (VariantSummary summary :
            stub.withDeadlineAfter(VIEW_SECONDS, TimeUnit.SECONDS)
                .compareVariants(
                    CompareVariantsRequest.newBuilder()
                        .setNamespace(FaultFeatures.NAMESPACE)
                        .setFeature(feature)
                        .addMetrics(ProducerMain.METRIC)
                        .build())
                .getSummariesList()) {
          count += summary.getCount();
          units += summary.getUsersWithEvent();
        }
        view.put(feature, new Counted(count, units));
      }
      return view;
    } catch (StatusRuntimeException e) {
      progress.accept("not answered: " + e.getMessage());
      return Map.of();
    } finally {
      channel.shutdownNow();
    }
  }

  @Override
  public void close() {
    rude.forEach(RudeProducer::close);
    producers.forEach(Producer::kill);
    relay.close();
    cluster.close();
  }
}
