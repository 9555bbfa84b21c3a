package dev.serin.server;

import dev.serin.server.access.TlsFiles;
import dev.serin.server.outcome.OutcomeBounds;
import dev.serin.server.store.StoreUrl;
import dev.serin.server.telemetry.LogFormat;
import dev.serin.server.telemetry.LogLevel;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a server is told when it starts; already checked.
 *
 * @param grpc where the gRPC port listens; port 0 takes a free one
 * @param http where the HTTP port listens; port 0 takes a free one
 * @param tls certificate and key of both ports; absent: plain text
 * @param dataDirectory directory of the embedded store and the last snapshots
 * @param store the shared store; absent: the embedded one
 * @param documents directory of documents to apply and watch; absent: none
 * @param secrets file of the secrets that documents name; absent: none
 * @param rolloutTick time between looks at runs of rollouts
 * @param logFormat form of the log
 * @param logLevel what is logged
 * @param eventLoops threads that read, decide and write, 1 or more
 * @param ingestThreads threads that judge outcomes, 1 or more
 * @param outcomes how much of what outcomes add up to is kept
 * @param workerThreads threads for calls that may wait for the store, 1 or more
 * @param workerQueue calls that may wait for a worker thread, 1 or more
 * @param drainTimeout how long calls in flight may take when the server stops
 */
public record ServerConfig(
    InetSocketAddress grpc,
    InetSocketAddress http,
    Optional<TlsFiles> tls,
    Path dataDirectory,
    Optional<SharedStore> store,
    Optional<Path> documents,
    Optional<Path> secrets,
    Duration rolloutTick,
    LogFormat logFormat,
    LogLevel logLevel,
    int eventLoops,
    int ingestThreads,
    OutcomeBounds outcomes,
    int workerThreads,
    int workerQueue,
    Duration drainTimeout) {

  /**
   * A store that several servers share.
   *
   * @param url JDBC URL of a PostgreSQL database
   * @param user user; empty: the driver's default
   * @param password password; empty: none. Never logged
   */
  public record SharedStore(String url, String user, String password) {
    @Override
    public String toString() {
      return StoreUrl.shown(url);
    }
  }

  /**
   * Reads flags, environment and file, in that order of precedence, and checks all of it.
   *
   * @param flags {@code --grpc-port 8980}, {@code --grpc-port=8980}, {@code --insecure-listen}
   * @param environment only names that start with {@code SERIN_} are looked at
   */
  public static ConfigReading read(List<String> flags, Map<String, String> environment) {
    return new ConfigReader().read(flags, environment);
  }
}
