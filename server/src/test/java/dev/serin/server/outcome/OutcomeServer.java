package dev.serin.server.outcome;

import dev.serin.server.Await;
import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.error.ListedErrorsInterceptor;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.ledger.LedgerState;
import dev.serin.server.outcome.ledger.LedgerStatus;
import dev.serin.server.outcome.ledger.MemorySessions;
import dev.serin.server.telemetry.CallMeters;
import dev.serin.server.telemetry.Metrics;
import dev.serin.v1.Arm;
import dev.serin.v1.OutcomeServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Streams and batches over a real connection, before a ledger in memory. */
final class OutcomeServer implements AutoCloseable {
  /** When it is. */
  static final long NOW = 1_700_000_000_000L;

  final AtomicLong nowMillis = new AtomicLong(NOW);
  final TestSnapshots snapshots = new TestSnapshots();
  final MemorySessions sessions = new MemorySessions();
  final OutcomeMeters meters = new OutcomeMeters();
  final Metrics metrics = new Metrics();
  final Exposures exposures = new Exposures(() -> Instant.ofEpochMilli(nowMillis.get()));
  final IngestRoom room;
  final Aggregator aggregator;
  final ReportStreams streams;
  final BatchCalls batches;
  private final LinkedBlockingQueue<LongConsumer> arrived = new LinkedBlockingQueue<>();
  private final IngestPool pool;
  private final Server server;
  private final ListedErrorsInterceptor listed = new ListedErrorsInterceptor();
  private final ManagedChannel channel;

  OutcomeServer() throws IOException {
    this(IngestRoom.BYTES_MAX, OutcomeLimits.STREAMS_MAX);
  }

  OutcomeServer(long roomBytes, int streamsMax) throws IOException {
    snapshots.put("default", 7, TestSnapshots.CHECKOUT);
    InstantSource clock = () -> Instant.ofEpochMilli(nowMillis.get());
    pool =
        new IngestPool(2, () -> new Judge(new PlaceResolver(snapshots, new LiveRuns(snapshots))));
    room = new IngestRoom(roomBytes, pool);
    aggregator = new Aggregator(room, meters, exposures);
    sessions.source(aggregator);
    aggregator.asks(sessions::pending);
    var ingest = new Ingest(clock, pool, room, aggregator, sessions, meters);
    streams = new ReportStreams(ingest, streamsMax);
    batches = new BatchCalls(ingest);
    meters.register(metrics, this::status, room);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .flowControlWindow(256 * 1024)
            .addService(services())
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress(server.getListenSockets().getFirst())
            .usePlaintext()
            .intercept(listed)
            .build();
  }

  private OutcomesStatus status() {
    return new OutcomesStatus(
        new LedgerStatus(LedgerState.LIVE, false, OptionalLong.empty(), OptionalLong.empty(), 0),
        false,
        Duration.ofNanos(aggregator.oldestNanos()).toMillis(),
        streams.size(),
        batches.size());
  }

  private ServerServiceDefinition services() {
    ServerMethodDefinition<?, ?> method =
        streams.method(new CallMeters().meter("ReportOutcome"), this::arriving);
    MethodDescriptor<?, ?> batch = OutcomeServiceGrpc.getReportOutcomeBatchMethod();
    return ServerServiceDefinition.builder(OutcomeServiceGrpc.SERVICE_NAME)
        .addMethod(method)
        .addMethod(ErrorInterceptor.guard(batches).getMethod(batch.getFullMethodName()))
        .build();
  }

  private void arriving(LongConsumer listener) {
    arrived.add(listener);
  }

  /** Says, in the transport's place, of the next stream that was opened what arrives of it. */
  LongConsumer arrived() throws InterruptedException {
    return Objects.requireNonNull(arrived.poll(60, TimeUnit.SECONDS), "no stream");
  }

  /** Opens a stream. */
  TestReporter report() {
    return new TestReporter(channel);
  }

  /** Opens a stream whose answers are read when asked for. */
  TestReporter reportUnread() {
    return new TestReporter(channel, false);
  }

  OutcomeServiceGrpc.OutcomeServiceBlockingStub blocking() {
    return OutcomeServiceGrpc.newBlockingStub(channel);
  }

  OutcomeServiceGrpc.OutcomeServiceFutureStub future() {
    return OutcomeServiceGrpc.newFutureStub(channel);
  }

  /** A token of the treatment variant. */
  String token() {
    return snapshots.token("checkout", Arm.ARM_SPLIT, "new");
  }

  /** Waits for the room to be empty: what a call held is given back after it was answered. */
  void awaitRoomGivenBack() throws Exception {
    Await.until("room given back", () -> room.heldBytes() == 0);
  }

  /** How many outcomes are durable: as what was flushed adds up. */
  long counted() {
    MergedView view = new MergedView();
    sessions.deltas().forEach(bytes -> view.apply(DeltaCodec.decode(bytes)));
    return outcomes(view);
  }

  /** How many outcomes the view of the server shows. */
  long shown() {
    return aggregator.ask(OutcomeServer::outcomes).join();
  }

  private static long outcomes(MergedView view) {
    return view.keys().stream()
        .filter(key -> key.equals(CellKey.outcomes(key.place())))
        .mapToLong(key -> view.cell(key).orElseThrow().count())
        .sum();
  }

  @Override
  public void close() {
    // Looked at first: that streams are cut below is no answer of the server.
    List<String> unlisted = listed.unlisted();
    channel.shutdownNow();
    server.shutdownNow();
    sessions.close();
    pool.close();
    aggregator.close();
    metrics.close();
    if (!unlisted.isEmpty()) {
      throw new AssertionError("unlisted: " + unlisted);
    }
  }
}
