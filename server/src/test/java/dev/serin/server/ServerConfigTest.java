package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.outcome.OutcomeBounds;
import dev.serin.server.telemetry.LogFormat;
import dev.serin.server.telemetry.LogLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
  @TempDir Path directory;

  @Test
  void config_nothingSaid_isTheDefaults() {
    ServerConfig config = ServerConfig.read(List.of(), Map.of()).orThrow();

    assertThat(config.grpc().getAddress().isLoopbackAddress()).isTrue();
    assertThat(config.grpc().getPort()).isEqualTo(8980);
    assertThat(config.http().getPort()).isEqualTo(8981);
    assertThat(config.dataDirectory()).isEqualTo(Path.of("serin-data"));
    assertThat(config.store()).isEmpty();
    assertThat(config.documents()).isEmpty();
    assertThat(config.secrets()).isEmpty();
    assertThat(config.tls()).isEmpty();
    assertThat(config.logFormat()).isEqualTo(LogFormat.TEXT);
    assertThat(config.logLevel()).isEqualTo(LogLevel.INFO);
    assertThat(config.eventLoops()).isBetween(1, 8);
    assertThat(config.outcomes()).isEqualTo(new OutcomeBounds(4_194_304, Duration.ofDays(30)));
    assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void option_saidInThreePlaces_flagWinsOverEnvironmentOverFile() throws IOException {
    Path file = file("grpc-port: 1001\nhttp-port: 1002\nworker-threads: 3\n");
    var environment =
        Map.of(
            "SERIN_CONFIG", file.toString(), "SERIN_GRPC_PORT", "2001", "SERIN_HTTP_PORT", "2002");

    ServerConfig config = ServerConfig.read(List.of("--grpc-port", "3001"), environment).orThrow();

    assertThat(config.grpc().getPort()).isEqualTo(3001);
    assertThat(config.http().getPort()).isEqualTo(2002);
    assertThat(config.workerThreads()).isEqualTo(3);
  }

  @Test
  void everyOption_asFlagEnvironmentAndFile_meansTheSame() throws IOException {
    Files.createDirectory(directory.resolve("documents"));
    Map<String, String> values =
        Map.ofEntries(
            Map.entry("grpc-address", "127.0.0.2"),
            Map.entry("grpc-port", "1234"),
            Map.entry("http-address", "127.0.0.3"),
            Map.entry("http-port", "1235"),
            Map.entry("insecure-listen", "true"),
            Map.entry("data-dir", directory.resolve("data").toString()),
            Map.entry("store", "jdbc:postgresql://db/serin"),
            Map.entry("store-user", "me"),
            Map.entry("store-password", "hunter2"),
            Map.entry("documents", directory.resolve("documents").toString()),
            Map.entry("secrets", file("ci=hunter2\n").toString()),
            Map.entry("log-format", "json"),
            Map.entry("log-level", "debug"),
            Map.entry("event-loops", "3"),
            Map.entry("ingest-threads", "4"),
            Map.entry("outcome-units", "2048"),
            Map.entry("outcome-retention", "14d"),
            Map.entry("worker-threads", "5"),
            Map.entry("worker-queue", "7"),
            Map.entry("drain-timeout", "250ms"));
    var flags = new ArrayList<String>();
    var environment = new HashMap<String, String>();
    var lines = new StringBuilder();
    values.forEach(
        (key, value) -> {
          flags.add("--" + key + "=" + value);
          environment.put("SERIN_" + key.toUpperCase(Locale.ROOT).replace('-', '_'), value);
          lines.append(key).append(": \"").append(value).append("\"\n");
        });

    ServerConfig fromFlags = ServerConfig.read(flags, Map.of()).orThrow();

    assertThat(ServerConfig.read(List.of(), environment).orThrow()).isEqualTo(fromFlags);
    assertThat(
            ServerConfig.read(List.of("--config", file(lines.toString()) + ""), Map.of()).orThrow())
        .isEqualTo(fromFlags);
    assertThat(fromFlags.eventLoops()).isEqualTo(3);
    assertThat(fromFlags.ingestThreads()).isEqualTo(4);
    assertThat(fromFlags.outcomes()).isEqualTo(new OutcomeBounds(2_048, Duration.ofDays(14)));
    assertThat(fromFlags.drainTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(fromFlags.toString()).doesNotContain("hunter2");
  }

  @Test
  void config_manyErrors_areAllReportedAtOnceWithTheirSources() throws IOException {
    Path file = file("log-level: loud\nworker-treads: 4\n");
    var environment = Map.of("SERIN_WORKER_QUEUE", "0", "SERIN_STORE_USER", "me");

    List<String> errors =
        errors(
            List.of(
                "--config",
                file.toString(),
                "--grpc-port=99999",
                "--http-address=0.0.0.0",
                "--drain-timeout=soon",
                "--outcome-units=1000",
                "--outcome-retention=7d",
                "--tls-key=key.pem",
                "--documents=nowhere",
                "--grpc-prt=1",
                "--log-format"),
            environment);

    assertThat(errors)
        .containsExactlyInAnyOrder(
            "grpc-port: 99999 (expected: a whole number, 0 to 65535) [from --grpc-port]",
            "http-address: 0.0.0.0 (expected: a loopback address, or --tls-cert and --tls-key, or"
                + " --insecure-listen) [from --http-address]",
            "drain-timeout: soon (expected: a time like 500ms, 10s or 2m, at most 10m)"
                + " [from --drain-timeout]",
            "outcome-units: 1000 (expected: a whole number, 1024 to 134217728)"
                + " [from --outcome-units]",
            "outcome-retention: 7d (expected: a number of days like 30d, 8d to 3650d)"
                + " [from --outcome-retention]",
            "tls-key: key.pem (expected: --tls-cert too) [from --tls-key]",
            "documents: nowhere (expected: a directory that exists) [from --documents]",
            "--grpc-prt: unknown option (expected: --grpc-port?)",
            "--log-format: no value (expected: FORMAT)",
            "log-level: loud (expected: one of error, warn, info, debug, trace) [from "
                + file
                + ":1]",
            "worker-treads: unknown option (expected: worker-threads?) [from " + file + ":2]",
            "worker-queue: 0 (expected: a whole number, 1 to 100000) [from SERIN_WORKER_QUEUE]",
            "store-user: me (expected: --store too) [from SERIN_STORE_USER]");
  }

  @ParameterizedTest
  @CsvSource({
    "--grpc-address=0.0.0.0, grpc-address",
    "--grpc-address=::, grpc-address",
    "--http-address=0.0.0.0, http-address"
  })
  void address_beyondLoopbackWithoutTls_isRefusedUnlessToldSo(String flag, String option) {
    assertThat(errors(List.of(flag), Map.of()))
        .singleElement()
        .asString()
        .startsWith(option + ": ")
        .contains("a loopback address");
    assertThat(ServerConfig.read(List.of(flag, "--insecure-listen"), Map.of()))
        .isInstanceOf(ConfigReading.Valid.class);
  }

  @Test
  void password_withoutStore_isNotShownInTheError() {
    assertThat(errors(List.of("--store-password=hunter2"), Map.of()))
        .containsExactly("store-password: *** (expected: --store too) [from --store-password]");
  }

  @Test
  void password_givenTwiceOrMisspelt_isNotShown() {
    assertThat(
            errors(
                List.of(
                    "--store=jdbc:postgresql://db/serin",
                    "--store-password=hunter2",
                    "--store-password=hunter3",
                    "--store-pasword=hunter4"),
                Map.of()))
        .containsExactlyInAnyOrder(
            "store-password: *** (expected: the option once; it was already ***)"
                + " [from --store-password]",
            "--store-pasword: unknown option (expected: --store-password?)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mysql://db/serin | mysql://db/serin | jdbc:postgresql://HOST/DATABASE",
        "jdbc:mysql://db/x?password=secret | jdbc:mysql://db/x | jdbc:postgresql://HOST/DATABASE",
        "jdbc:postgresql://db:port/x | jdbc:postgresql://db:port/x |"
            + " jdbc:postgresql://HOST/DATABASE",
        "jdbc:postgresql://me:secret@db:5432/x?ssl=true | jdbc:postgresql://***@db:5432/x"
            + " | --store-user and --store-password in place of credentials in the URL",
        "postgresql://me:secret@db/x | postgresql://***@db/x"
            + " | --store-user and --store-password in place of credentials in the URL"
      })
  void store_urlThatCannotBeUsed_isRefusedWithoutItsCredentials(
      String url, String shown, String expected) {
    assertThat(errors(List.of("--store=" + url), Map.of()))
        .containsExactly("store: " + shown + " (expected: " + expected + ") [from --store]");
  }

  @Test
  void store_url_isShownWithoutItsParameters() {
    ServerConfig config =
        ServerConfig.read(
                List.of("--store=jdbc:postgresql://db/x?user=me&password=hunter2"), Map.of())
            .orThrow();

    assertThat(config.toString()).contains("jdbc:postgresql://db/x]").doesNotContain("hunter2");
  }

  @Test
  void flag_givenTwice_isRefused() {
    assertThat(errors(List.of("--grpc-port=1", "--grpc-port=2"), Map.of()))
        .containsExactly(
            "grpc-port: 2 (expected: the option once; it was already 1) [from --grpc-port]");
  }

  @Test
  void ports_equal_areRefused() {
    assertThat(errors(List.of("--grpc-port=9000", "--http-port=9000"), Map.of()))
        .containsExactly(
            "http-port: 9000 (expected: another port than grpc-port) [from --http-port]");
  }

  @Test
  void environment_unknownName_isAWarning() {
    var reading = ServerConfig.read(List.of(), Map.of("SERIN_GRPC_PROT", "1", "SERIN_SERVER", "x"));

    assertThat(reading)
        .isInstanceOfSatisfying(
            ConfigReading.Valid.class,
            valid ->
                assertThat(valid.warnings())
                    .containsExactly("SERIN_GRPC_PROT: not an option of the server; ignored"));
  }

  @Test
  void environment_variablesOfTheLauncher_areKnown() throws IOException {
    String launcher = Files.readString(Path.of("..", "bin", "serin"));
    Map<String, String> environment =
        Pattern.compile("^#   (SERIN_[A-Z_]+)", Pattern.MULTILINE)
            .matcher(launcher)
            .results()
            .collect(Collectors.toMap(found -> found.group(1), found -> "x"));

    assertThat(environment).hasSizeGreaterThan(1);
    assertThat(ServerConfig.read(List.of(), environment))
        .isInstanceOfSatisfying(
            ConfigReading.Valid.class, valid -> assertThat(valid.warnings()).isEmpty());
  }

  @Test
  void environment_emptyValue_countsAsAbsent() {
    assertThat(
            ServerConfig.read(List.of(), Map.of("SERIN_GRPC_PORT", "")).orThrow().grpc().getPort())
        .isEqualTo(8980);
  }

  @Test
  void file_brokenInEveryWay_namesFileAndLine() throws IOException {
    Path twice = file("grpc-port: 1\ngrpc-port: 2\n");
    assertThat(errors(List.of("--config", twice + ""), Map.of()))
        .singleElement()
        .asString()
        .contains(twice + ":");
    Path nested = file("grpc-port: [1, 2]\n");
    assertThat(errors(List.of("--config", nested + ""), Map.of()))
        .containsExactly("grpc-port: not one value (expected: text) [from " + nested + ":1]");
    Path list = file("- grpc-port\n");
    assertThat(errors(List.of("--config", list + ""), Map.of()))
        .containsExactly(list + ":1: not a list of options (expected: lines of \"option: value\")");
    Path broken = file("grpc-port: \"1\n");
    assertThat(errors(List.of("--config", broken + ""), Map.of()))
        .singleElement()
        .asString()
        .contains(broken + "")
        .contains("not YAML");
    assertThat(errors(List.of("--config", "nowhere.yaml"), Map.of()))
        .containsExactly("config: nowhere.yaml (expected: a file that exists) [from --config]");
    Path binary = directory.resolve("binary.yaml");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    assertThat(errors(List.of("--config", binary + ""), Map.of()))
        .containsExactly("config: " + binary + " (expected: a text file in UTF-8) [from --config]");
  }

  @Test
  void dataDirectory_thatCannotBe_isRefused() throws IOException {
    Path file = file("x");
    assertThat(errors(List.of("--data-dir", file.resolve("below") + ""), Map.of()))
        .singleElement()
        .asString()
        .contains("expected: a directory that can be written");
  }

  @Test
  void secrets_withErrors_areRefusedWithoutSayingThem() throws IOException {
    Path file = file("ci=hunter2\nhunter3\n");

    assertThat(errors(List.of("--secrets=" + file, "--grpc-port=0"), Map.of()))
        .containsExactly(
            "secrets: "
                + file
                + " (expected: name=value in line 2, the name [A-Za-z0-9][A-Za-z0-9._-]{0,63})"
                + " [from --secrets]");
    assertThat(errors(List.of("--secrets=nowhere"), Map.of()))
        .containsExactly("secrets: nowhere (expected: a file that exists) [from --secrets]");
  }

  @Test
  void secrets_thatOthersMayRead_areWarnedOf() throws IOException {
    Path file = file("ci=hunter2\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertThat(ServerConfig.read(List.of("--secrets=" + file), Map.of()))
        .isInstanceOfSatisfying(
            ConfigReading.Valid.class,
            valid ->
                assertThat(valid.warnings())
                    .containsExactly(
                        "secrets: "
                            + file
                            + " is rw-r----- (expected: rw-------, so that nobody else reads it)"));
  }

  @Test
  void help_listsEveryOptionWithEnvironmentAndDefault() {
    String help = OptionHelp.text();

    for (ServerOption option : ServerOption.values()) {
      assertThat(help).contains("  " + option.flag()).contains(option.environmentName());
      assertThat(help).contains(option.defaultValue());
    }
    assertThat(Arrays.stream(help.split("\n", -1)).mapToInt(String::length).max().orElse(0))
        .isLessThanOrEqualTo(96);
  }

  @Test
  void reading_invalid_throwsWithAllErrors() {
    assertThatThrownBy(
            () -> ServerConfig.read(List.of("--grpc-port=x", "--http-port=y"), Map.of()).orThrow())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grpc-port: x")
        .hasMessageContaining("http-port: y");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "serin", ".yaml"), text);
  }

  private static List<String> errors(List<String> flags, Map<String, String> environment) {
    return ServerConfig.read(flags, environment) instanceof ConfigReading.Invalid invalid
        ? invalid.errors()
        : List.of();
  }
}
