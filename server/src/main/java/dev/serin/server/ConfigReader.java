package dev.serin.server;

import dev.serin.server.ServerConfig.SharedStore;
import dev.serin.server.access.TlsFiles;
import dev.serin.server.outcome.OutcomeBounds;
import dev.serin.server.rollout.webhook.SecretsFile;
import dev.serin.server.store.StoreUrl;
import dev.serin.server.telemetry.LogFormat;
import dev.serin.server.telemetry.LogLevel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns settings into a configuration and collects everything that is wrong with them. */
final class ConfigReader {
  private static final int PORT_MAX = 65_535;

  /** Threads; more than any machine has cores. */
  private static final int EVENT_LOOPS_MAX = 256;

  /** Event loops taken by default: one decides some hundred thousand calls in a second. */
  private static final int EVENT_LOOPS_DEFAULT_MAX = 8;

  private static final int INGEST_THREADS_MAX = 256;

  /** So many users that what is shown of them is no guess. */
  private static final int OUTCOME_UNITS_MIN = 1_024;

  /** Some 3 GB. */
  private static final int OUTCOME_UNITS_MAX = 134_217_728;

  /** Outcomes may come 7 days late, and clocks differ. */
  private static final int OUTCOME_RETENTION_MIN_DAYS = 8;

  private static final int OUTCOME_RETENTION_MAX_DAYS = 3_650;
  private static final int WORKER_THREADS_MAX = 512;
  private static final int WORKER_QUEUE_MAX = 100_000;
  private static final Duration DRAIN_TIMEOUT_MAX = Duration.ofMinutes(10);

  /** Looks of many runs take some of it. */
  private static final Duration ROLLOUT_TICK_MIN = Duration.ofMillis(100);

  /** The lease is renewed by ticks, and another replica's after 5 s without: two may be late. */
  private static final Duration ROLLOUT_TICK_MAX = Duration.ofSeconds(2);

  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m)");

  private static final Pattern DAYS = Pattern.compile("(\\d{1,9})d");

  private final List<String> errors = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private OptionSources sources = OptionSources.gather(List.of(), Map.of());

  ConfigReading read(List<String> flags, Map<String, String> environment) {
    sources = OptionSources.gather(flags, environment);
    errors.addAll(sources.errors());
    warnings.addAll(sources.warnings());
    var grpc = endpoint(ServerOption.GRPC_ADDRESS, ServerOption.GRPC_PORT);
    var http = endpoint(ServerOption.HTTP_ADDRESS, ServerOption.HTTP_PORT);
    if (grpc.getPort() == http.getPort() && grpc.getPort() != 0) {
      errors.add(sources.setting(ServerOption.HTTP_PORT).error("another port than grpc-port"));
    }
    var tls = tls();
    boolean insecure = bool(ServerOption.INSECURE_LISTEN);
    if (tls.isEmpty() && !insecure) {
      refuseOpenDoor(ServerOption.GRPC_ADDRESS, grpc);
      refuseOpenDoor(ServerOption.HTTP_ADDRESS, http);
    }
    int ingestThreads = number(ServerOption.INGEST_THREADS, 0, INGEST_THREADS_MAX);
    int eventLoops = number(ServerOption.EVENT_LOOPS, 0, EVENT_LOOPS_MAX);
    var config =
        new ServerConfig(
            grpc,
            http,
            tls,
            dataDirectory(),
            store(),
            documents(),
            secrets(),
            rolloutTick(),
            constant(ServerOption.LOG_FORMAT, LogFormat.class, LogFormat.TEXT),
            constant(ServerOption.LOG_LEVEL, LogLevel.class, LogLevel.INFO),
            eventLoops == 0 ? defaultEventLoops() : eventLoops,
            ingestThreads == 0 ? defaultIngestThreads() : ingestThreads,
            new OutcomeBounds(
                number(ServerOption.OUTCOME_UNITS, OUTCOME_UNITS_MIN, OUTCOME_UNITS_MAX),
                days(
                    ServerOption.OUTCOME_RETENTION,
                    OUTCOME_RETENTION_MIN_DAYS,
                    OUTCOME_RETENTION_MAX_DAYS)),
            number(ServerOption.WORKER_THREADS, 1, WORKER_THREADS_MAX),
            number(ServerOption.WORKER_QUEUE, 1, WORKER_QUEUE_MAX),
            time(ServerOption.DRAIN_TIMEOUT, DRAIN_TIMEOUT_MAX));
    return errors.isEmpty()
        ? new ConfigReading.Valid(config, warnings)
        : new ConfigReading.Invalid(errors);
  }

  private static int defaultEventLoops() {
    return Math.min(Runtime.getRuntime().availableProcessors(), EVENT_LOOPS_DEFAULT_MAX);
  }

  /** The other half is for event loops, aggregation and the store. */
  private static int defaultIngestThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  private InetSocketAddress endpoint(ServerOption address, ServerOption port) {
    int number = number(port, 0, PORT_MAX);
    Setting host = sources.setting(address);
    try {
      return new InetSocketAddress(InetAddress.getByName(host.value()), number);
    } catch (UnknownHostException e) {
      errors.add(host.error("an address or host name of this machine"));
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), number);
    }
  }

  private void refuseOpenDoor(ServerOption option, InetSocketAddress address) {
    if (!address.getAddress().isLoopbackAddress()) {
      errors.add(
          sources
              .setting(option)
              .error("a loopback address, or --tls-cert and --tls-key, or --insecure-listen"));
    }
  }

  private Optional<TlsFiles> tls() {
    Setting certificate = sources.setting(ServerOption.TLS_CERT);
    Setting key = sources.setting(ServerOption.TLS_KEY);
    if (!certificate.isSet() && !key.isSet()) {
      return Optional.empty();
    }
    if (!key.isSet()) {
      errors.add(certificate.error("--tls-key too"));
      return Optional.empty();
    }
    if (!certificate.isSet()) {
      errors.add(key.error("--tls-cert too"));
      return Optional.empty();
    }
    var files = new TlsFiles(Path.of(certificate.value()), Path.of(key.value()));
    for (TlsFiles.Problem problem : files.problems()) {
      errors.add((problem.ofKey() ? key : certificate).error(problem.expected()));
    }
    return Optional.of(files);
  }

  private Path dataDirectory() {
    Path directory = path(ServerOption.DATA_DIR).orElse(Path.of(""));
    Path existing = directory.toAbsolutePath();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
      errors.add(sources.setting(ServerOption.DATA_DIR).error("a directory that can be written"));
    }
    return directory;
  }

  private Optional<SharedStore> store() {
    Setting url = sources.setting(ServerOption.STORE);
    Setting user = sources.setting(ServerOption.STORE_USER);
    Setting password = sources.setting(ServerOption.STORE_PASSWORD);
    if (!url.isSet()) {
      for (Setting alone : List.of(user, password)) {
        if (alone.isSet()) {
          errors.add(alone.error("--store too"));
        }
      }
      return Optional.empty();
    }
    StoreUrl.expected(url.value()).ifPresent(expected -> errors.add(url.error(expected)));
    return Optional.of(new SharedStore(url.value(), user.value(), password.value()));
  }

  private Optional<Path> documents() {
    Optional<Path> directory = path(ServerOption.DOCUMENTS);
    if (directory.isPresent() && !Files.isDirectory(directory.get())) {
      errors.add(sources.setting(ServerOption.DOCUMENTS).error("a directory that exists"));
    }
    return directory;
  }

  private Optional<Path> secrets() {
    Optional<Path> path = path(ServerOption.SECRETS);
    path.map(SecretsFile::new)
        .ifPresent(
            file -> {
              Setting setting = sources.setting(ServerOption.SECRETS);
              file.problems().forEach(expected -> errors.add(setting.error(expected)));
              file.warning().ifPresent(warnings::add);
            });
    return path;
  }

  private Optional<Path> path(ServerOption option) {
    Setting setting = sources.setting(option);
    try {
      return setting.isSet() ? Optional.of(Path.of(setting.value())) : Optional.empty();
    } catch (InvalidPathException e) {
      errors.add(setting.error("a path"));
      return Optional.empty();
    }
  }

  private int number(ServerOption option, int least, int most) {
    Setting setting = sources.setting(option);
    try {
      int number = Integer.parseInt(setting.value());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Answered below, like a number out of range.
    }
    errors.add(setting.error("a whole number, " + least + " to " + most));
    return least;
  }

  private boolean bool(ServerOption option) {
    Setting setting = sources.setting(option);
    if (!setting.value().equals("true") && !setting.value().equals("false")) {
      errors.add(setting.error("true or false"));
    }
    return setting.value().equals("true");
  }

  private Duration time(ServerOption option, Duration most) {
    Setting setting = sources.setting(option);
    Duration time = timeOrNull(setting.value());
    if (time == null || time.compareTo(most) > 0) {
      errors.add(setting.error("a time like 500ms, 10s or 2m, at most " + most.toMinutes() + "m"));
      return Duration.ZERO;
    }
    return time;
  }

  private Duration rolloutTick() {
    Setting setting = sources.setting(ServerOption.ROLLOUT_TICK);
    Duration tick = timeOrNull(setting.value());
    if (tick == null
        || tick.compareTo(ROLLOUT_TICK_MIN) < 0
        || tick.compareTo(ROLLOUT_TICK_MAX) > 0) {
      errors.add(setting.error("a time like 500ms or 1s, from 100ms to 2s"));
      return ROLLOUT_TICK_MAX;
    }
    return tick;
  }

  private Duration days(ServerOption option, int least, int most) {
    Setting setting = sources.setting(option);
    Matcher matcher = DAYS.matcher(setting.value());
    int days = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    if (days < least || days > most) {
      errors.add(setting.error("a number of days like 30d, " + least + "d to " + most + "d"));
      return Duration.ofDays(least);
    }
    return Duration.ofDays(days);
  }

  private static @Nullable Duration timeOrNull(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      default -> Duration.ofMinutes(number);
    };
  }

  private <E extends Enum<E>> E constant(ServerOption option, Class<E> type, E fallback) {
    Setting setting = sources.setting(option);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(setting.value())) {
        return constant;
      }
    }
    var names = Arrays.stream(type.getEnumConstants()).map(e -> e.name().toLowerCase(Locale.ROOT));
    errors.add(setting.error("one of " + String.join(", ", names.toList())));
    return fallback;
  }
}
