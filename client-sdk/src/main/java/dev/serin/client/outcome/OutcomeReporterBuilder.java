package dev.serin.client.outcome;

import static java.util.Objects.requireNonNull;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds {@link OutcomeReporter}s. Every setting is checked where it is set, with an {@code
 * IllegalArgumentException} that says what was expected. Not safe for many threads.
 */
public final class OutcomeReporterBuilder {
  /** As the API states it. */
  private static final int MAX_PRODUCER_CHARACTERS = 128;

  /** A minute of a busy process without a server; some 20 MB in all. */
  private static final int DEFAULT_QUEUE_OUTCOMES = 100_000;

  private static final long DEFAULT_QUEUE_BYTES = 32L << 20;

  private static final long DEFAULT_SPOOL_BYTES = 1L << 30;

  /** Beyond it a single outcome costs nothing less. */
  private static final int DEFAULT_BATCH = 100;

  /** Half of the time a server takes between two flushes. */
  private static final Duration DEFAULT_DELAY = Duration.ofMillis(50);

  /** More is a mistake in the unit. */
  private static final Duration MAX_DELAY = Duration.ofMinutes(1);

  /** A server that went dead silently is found within the sum of both. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(3);

  private final String producer;
  private @Nullable String target;
  private int queueOutcomes = DEFAULT_QUEUE_OUTCOMES;
  private long queueBytes = DEFAULT_QUEUE_BYTES;
  private int batch = DEFAULT_BATCH;
  private Duration delay = DEFAULT_DELAY;
  private @Nullable Path spool;
  private long spoolBytes = DEFAULT_SPOOL_BYTES;
  private ReporterListener listener = ReporterListener.NONE;
  private Sources sources = Sources.ofMachine();
  private Function<String, ManagedChannelBuilder<?>> transport =
      netty(TlsChannelCredentials.create());
  private Consumer<ManagedChannelBuilder<?>> customisation = channel -> {};

  OutcomeReporterBuilder(String producer) {
    int characters = requireNonNull(producer, "producer").codePointCount(0, producer.length());
    if (producer.isBlank() || characters > MAX_PRODUCER_CHARACTERS) {
      throw new IllegalArgumentException(
          "producer: \""
              + producer
              + "\" (expected: 1 to "
              + MAX_PRODUCER_CHARACTERS
              + " characters, not blank)");
    }
    this.producer = producer;
  }

  /**
   * The servers; required. {@code host:port}, or a gRPC name such as {@code
   * dns:///serin.example:8980}, whose addresses are used in turn.
   */
  public OutcomeReporterBuilder target(String target) {
    if (requireNonNull(target, "target").isBlank()) {
      throw new IllegalArgumentException("target: blank (expected: host:port)");
    }
    this.target = target;
    return this;
  }

  /** Without TLS: for servers on loopback and behind a mesh. */
  public OutcomeReporterBuilder plaintext() {
    return credentials(InsecureChannelCredentials.create());
  }

  /** With TLS and the authorities this JVM trusts: the default. */
  public OutcomeReporterBuilder tls() {
    return credentials(TlsChannelCredentials.create());
  }

  /** With TLS and the authorities of a PEM file. */
  public OutcomeReporterBuilder tls(Path authorities) {
    try {
      return credentials(
          TlsChannelCredentials.newBuilder().trustManager(authorities.toFile()).build());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(
          authorities + ": " + unreadable.getMessage() + " (expected: a PEM file)", unreadable);
    }
  }

  /** With credentials of gRPC's own: client certificates, tokens. */
  public OutcomeReporterBuilder credentials(ChannelCredentials credentials) {
    return transport(netty(requireNonNull(credentials, "credentials")));
  }

  /** Over another transport of gRPC: given the target, a builder of channels. */
  public OutcomeReporterBuilder transport(Function<String, ManagedChannelBuilder<?>> transport) {
    this.transport = requireNonNull(transport, "transport");
    return this;
  }

  /** Changes the channel's builder last: interceptors, load balancing. */
  public OutcomeReporterBuilder customise(Consumer<ManagedChannelBuilder<?>> customisation) {
    this.customisation = requireNonNull(customisation, "customisation");
    return this;
  }

  /**
   * The bound of the queue: what is not acknowledged (with a spool: not on disk) and does not fit
   * is dropped.
   *
   * @param outcomes 1 or more; 100 000 by default
   * @param bytes as they are sent, at least 64 KiB; 32 MiB by default. On the heap an outcome takes
   *     some 80 bytes more.
   */
  public OutcomeReporterBuilder queue(int outcomes, long bytes) {
    if (outcomes < 1) {
      throw new IllegalArgumentException("queue: " + outcomes + " outcomes (expected: 1 or more)");
    }
    if (bytes < Outcome.MAX_BYTES) {
      throw new IllegalArgumentException(
          "queue: " + bytes + " bytes (expected: at least " + Outcome.MAX_BYTES + ")");
    }
    this.queueOutcomes = outcomes;
    this.queueBytes = bytes;
    return this;
  }

  /**
   * When a batch is sent: when so many wait, or after this time.
   *
   * @param outcomes 1 to 10 000; 100 by default
   * @param delay 0 to 1 minute; 50 ms by default
   */
  public OutcomeReporterBuilder batch(int outcomes, Duration delay) {
    if (outcomes < 1 || outcomes > ReportMessage.MAX_OUTCOMES) {
      throw new IllegalArgumentException(
          "batch: " + outcomes + " (expected: 1 to " + ReportMessage.MAX_OUTCOMES + ")");
    }
    if (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0) {
      throw new IllegalArgumentException(
          "batch delay: " + delay + " (expected: 0 to " + MAX_DELAY + ")");
    }
    this.batch = outcomes;
    this.delay = delay;
    return this;
  }

  /** With a spool of at most 1 GiB; see {@link #spool(Path, long)}. */
  public OutcomeReporterBuilder spool(Path directory) {
    return spool(directory, DEFAULT_SPOOL_BYTES);
  }

  /**
   * Keeps what is not acknowledged in a directory, so that a killed process loses nothing but what
   * it had reported within the last batch's delay: the next process sends it, under the same
   * session. One reporter uses it at a time; who opens a copy of it stops who uses the other.
   *
   * @param directory made where there is none; on a local disk
   * @param maxBytes of its files, at least 16 MiB; when they are full, the queue fills
   */
  public OutcomeReporterBuilder spool(Path directory, long maxBytes) {
    if (maxBytes < Spool.MIN_BYTES) {
      throw new IllegalArgumentException(
          "spool: " + maxBytes + " bytes (expected: at least " + Spool.MIN_BYTES + ")");
    }
    this.spool = requireNonNull(directory, "directory");
    this.spoolBytes = maxBytes;
    return this;
  }

  /** Who hears what does not go as it should. */
  public OutcomeReporterBuilder listener(ReporterListener listener) {
    this.listener = requireNonNull(listener, "listener");
    return this;
  }

  OutcomeReporterBuilder sources(Sources sources) {
    this.sources = sources;
    return this;
  }

  /**
   * A reporter that connects at once and waits for nothing: the server may come later.
   *
   * @throws IllegalStateException if the spool is used by another process, or another producer's
   * @throws UncheckedIOException if the spool cannot be read or written
   */
  public OutcomeReporter build() {
    if (target == null) {
      throw new IllegalArgumentException("target: none (expected: host:port)");
    }
    Pace pace = sources.pace();
    OutcomeQueue queue = new OutcomeQueue(queueOutcomes, queueBytes, batch, pace::ring);
    Notices notices = new Notices(producer, listener, pace::nanoTime);
    Tally tally = new Tally();
    Drops drops = new Drops();
    Backlog backlog =
        spool == null
            ? new MemoryBacklog(queue, new ReportSession(sources.sessions().get(), 0, 0))
            : Spool.open(spool, producer, spoolBytes, queue, sources.sessions());
    ManagedChannel channel;
    try {
      channel = channel(target);
    } catch (RuntimeException noChannel) {
      backlog.close();
      throw noChannel;
    }
    ReportLoop.Parts parts =
        new ReportLoop.Parts(
            queue,
            backlog,
            new ReportConnection(producer, channel, backlog, drops, sources, tally, notices),
            pace,
            tally,
            new RefusedHere(),
            notices,
            batch,
            delay.toNanos());
    return new OutcomeReporter(producer, parts, drops, channel::shutdownNow);
  }

  private ManagedChannel channel(String address) {
    ManagedChannelBuilder<?> builder = transport.apply(address);
    builder
        .keepAliveTime(KEEP_ALIVE.toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
    customisation.accept(builder);
    return builder.build();
  }

  /** All addresses of a name in turn: when a replica goes away the others take what is left. */
  private static Function<String, ManagedChannelBuilder<?>> netty(ChannelCredentials credentials) {
    return address ->
        Grpc.newChannelBuilder(address, credentials).defaultLoadBalancingPolicy("round_robin");
  }
}
