package dev.serin.server;

import java.util.Locale;
import java.util.Optional;

/**
 * An option of the server: the one table that flags, environment, file and {@code --help} share.
 *
 * <p>{@code grpc-port} is the flag {@code --grpc-port}, the environment variable {@code
 * SERIN_GRPC_PORT} and the key {@code grpc-port} of the configuration file.
 */
enum ServerOption {
  CONFIG("config", "FILE", "", "Configuration file (YAML): one \"option: value\" per line."),
  GRPC_ADDRESS("grpc-address", "HOST", "127.0.0.1", "Address the gRPC port listens on."),
  GRPC_PORT("grpc-port", "PORT", "8980", "The gRPC port; 0 takes a free one."),
  HTTP_ADDRESS("http-address", "HOST", "127.0.0.1", "Address the HTTP port listens on."),
  HTTP_PORT(
      "http-port",
      "PORT",
      "8981",
      "The HTTP port (metrics, health, JSON, docs); 0 takes a free one."),
  TLS_CERT("tls-cert", "FILE", "", "Certificate chain (PEM) of both ports; needs --tls-key."),
  TLS_KEY("tls-key", "FILE", "", "Its private key (PEM, PKCS #8); needs --tls-cert."),
  INSECURE_LISTEN(
      "insecure-listen",
      "",
      "false",
      "Allow addresses other than loopback without TLS: anybody who reaches them may change"
          + " everything."),
  DATA_DIR(
      "data-dir",
      "DIR",
      "serin-data",
      "Directory of the embedded store and of the last snapshots; created where missing."),
  STORE(
      "store",
      "URL",
      "",
      "PostgreSQL to share between servers (jdbc:postgresql://HOST/DATABASE); without it the store"
          + " is embedded in --data-dir. Evaluations go on while it is away; a change that meets a"
          + " silent one is refused after some 10 seconds."),
  STORE_USER("store-user", "NAME", "", "User of --store."),
  STORE_PASSWORD(
      "store-password", "TEXT", "", "Password of --store; better in the environment than here."),
  DOCUMENTS(
      "documents", "DIR", "", "Directory of documents to apply at start and whenever they change."),
  SECRETS(
      "secrets",
      "FILE",
      "",
      "Secrets that webhooks of rollouts are signed with: lines of name=value, read again when they"
          + " change."),
  ROLLOUT_TICK(
      "rollout-tick",
      "TIME",
      "1s",
      "How often runs of rollouts are looked at and moved (100ms to 2s)."),
  LOG_FORMAT("log-format", "FORMAT", "text", "Form of the log on standard error: text or json."),
  LOG_LEVEL(
      "log-level", "LEVEL", "info", "What is logged: error, warn, info, debug or trace and above."),
  EVENT_LOOPS(
      "event-loops", "N", "0", "Threads that read, decide and write; 0: one per core, at most 8."),
  INGEST_THREADS(
      "ingest-threads", "N", "0", "Threads that judge outcomes; 0: one for two cores (1 to 256)."),
  OUTCOME_UNITS(
      "outcome-units",
      "N",
      "4194304",
      "Distinct users in memory, 21 bytes each and some bits for each set; beyond it every second"
          + " one is kept, on all servers (1024 to 134217728)."),
  OUTCOME_RETENTION(
      "outcome-retention",
      "DAYS",
      "30d",
      "How long sets of users, histograms and charts are kept after a counting period ended; sums"
          + " stay (8d to 3650d)."),
  WORKER_THREADS(
      "worker-threads", "N", "16", "Threads for calls that may wait for the store (1 to 512)."),
  WORKER_QUEUE(
      "worker-queue",
      "N",
      "1024",
      "Calls that may wait for a worker thread; more are refused as OVERLOADED (1 to 100000)."),
  DRAIN_TIMEOUT(
      "drain-timeout",
      "TIME",
      "10s",
      "How long calls in flight may take when the server stops (500ms, 10s, 2m; at most 10m).");

  static final String ENVIRONMENT_PREFIX = "SERIN_";

  private final String key;
  private final String placeholder;
  private final String defaultValue;
  private final String description;

  ServerOption(String key, String placeholder, String defaultValue, String description) {
    this.key = key;
    this.placeholder = placeholder;
    this.defaultValue = defaultValue;
    this.description = description;
  }

  static Optional<ServerOption> ofKey(String key) {
    for (ServerOption option : values()) {
      if (option.key.equals(key)) {
        return Optional.of(option);
      }
    }
    return Optional.empty();
  }

  /** Name in a configuration file. */
  String key() {
    return key;
  }

  String flag() {
    return "--" + key;
  }

  String environmentName() {
    return ENVIRONMENT_PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** What stands for the value in the help; empty for an option that is true when it is there. */
  String placeholder() {
    return placeholder;
  }

  /** Whether the flag alone means true. */
  boolean isSwitch() {
    return placeholder.isEmpty();
  }

  /** What holds where nobody says otherwise; empty: nothing. */
  String defaultValue() {
    return defaultValue;
  }

  String description() {
    return description;
  }
}
