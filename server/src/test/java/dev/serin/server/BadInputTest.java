package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.ValueType;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What bad input gets from a running server: an error that names the field and what was expected,
 * and a state that is what it was and goes on serving.
 *
 * <p>One row of each kind, through the real ports; the tests beside each part hold all the others.
 */
class BadInputTest {
  private static final String CHECKOUT =
      """
      {"feature": {"key": "checkout", "default_variant": "old",
        "variants": [{"key": "old", "value": "v1"}, {"key": "new", "value": "v2"}],
        "splits": [{"id": "main", "weights":
          [{"variant": "old", "weight": 50}, {"variant": "new", "weight": 50}]}],
        "default_rule": {"split": "main"}}}
      """;

  /** Longest wait for the watcher: it looks again every ten seconds, and machines are slow. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path directory;
  private static Path documents;
  private static RunningServer server;
  private static EvaluateResponse before;
  private static long revision;

  @BeforeAll
  static void start() throws Exception {
    documents = Files.createDirectory(directory.resolve("documents"));
    Files.writeString(documents.resolve("checkout.json"), CHECKOUT);
    server = RunningServer.start(directory, "--documents=" + documents);
    revision = currentRevision();
    before = evaluate(checkout());
  }

  @AfterAll
  static void stop() {
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
  }

  @AfterEach
  void oldState_afterBadInput_isUntouchedAndServes() {
    assertThat(currentRevision()).isEqualTo(revision);
    assertThat(evaluate(checkout())).isEqualTo(before);
  }

  static Stream<Arguments> badRequests() {
    return Stream.of(
        Arguments.of(
            "unknown feature",
            checkout().setFeature("chekout"),
            "NOT_FOUND FEATURE_NOT_FOUND",
            "feature \"chekout\": not found in namespace \"default\" (expected: \"checkout\"?)"),
        Arguments.of(
            "wrong type",
            checkout().setExpectedType(ValueType.VALUE_TYPE_NUMBER),
            "INVALID_ARGUMENT TYPE_MISMATCH",
            "feature \"checkout\": type string (expected: number)"),
        Arguments.of(
            "malformed",
            checkout().setFeature("").setUserKey("k".repeat(1025)),
            "INVALID_ARGUMENT INVALID_REQUEST",
            "user_key: 1025 bytes (expected: at most 1024 bytes)"),
        Arguments.of(
            "oversized",
            checkout().setAttributes(attribute("note", "n".repeat(70_000))),
            "RESOURCE_EXHAUSTED REQUEST_TOO_LARGE",
            "(expected: at most 65536 bytes)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badRequests")
  void request_bad_isRefusedNamingWhatIsWrong(
      String name, EvaluateRequest.Builder request, String error, String text) throws Exception {
    assertThat(refused(() -> evaluate(request))).startsWith(error).contains(text);
  }

  static Stream<Arguments> badDocuments() {
    return Stream.of(
        Arguments.of(
            "wrong type of a value",
            List.of(CHECKOUT.replace("\"v2\"", "2")),
            "feature/checkout: variants[1].value: number (expected: string, the type of 'old')"),
        Arguments.of(
            "cyclic prerequisites",
            List.of(feature("a", "b"), feature("b", "a")),
            "feature/a: prerequisites: a -> b -> a (expected: no cycle)"),
        Arguments.of(
            "deep prerequisites",
            IntStream.rangeClosed(1, 9).mapToObj(i -> feature("f" + i, "f" + (i + 1))).toList(),
            "(expected: a chain of at most 8 documents)"),
        Arguments.of(
            "weights that do not fit",
            List.of(CHECKOUT.replaceFirst("\"weight\": 50", "\"weight\": 45")),
            "feature/checkout: splits[0].weights: sum 95 (expected: a sum of 100, the total)"),
        Arguments.of(
            "duplicate key in a document",
            List.of(CHECKOUT.replaceFirst("\"key\": \"new\"", "\"key\": \"old\"")),
            "feature/checkout: variants[1].key: 'old' again (expected: a key of its own)"),
        Arguments.of(
            "duplicate key in a request",
            List.of(CHECKOUT, CHECKOUT),
            "documents[1].document: \"feature/checkout\" for the second time, first in documents[0]"
                + " (expected: once)"),
        Arguments.of(
            "invalid regular expression",
            List.of(segment("\"matches\": \"(a\"")),
            "segment/s: when[0].matches: '(a' (expected: an RE2 expression; missing closing ))"),
        Arguments.of(
            "invalid version",
            List.of(segment("\"version\": {\"at_least\": \"2.x\"}")),
            "segment/s: when[0].version.at_least: '2.x' (expected: a semantic version like 2.3.0"
                + " or 2.3.0-rc.1)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badDocuments")
  void documents_bad_areRefusedNamingTheirFields(
      String name, List<String> documents, String violation) throws Exception {
    var request = ApplyDocumentsRequest.newBuilder();
    for (String json : documents) {
      request.addDocuments(ApplyDocument.newBuilder().setDocument(RunningServer.document(json)));
    }

    assertThat(refused(() -> server.features().applyDocuments(request.build())))
        .startsWith("INVALID_ARGUMENT")
        .contains(violation);
  }

  @Test
  void apply_oversized_isRefusedWithItsSize() throws Exception {
    var huge = RunningServer.document("{\"segment\": {\"key\": \"huge\"}}").toBuilder();
    huge.getSegmentBuilder().setDescription("d".repeat(17 << 20));
    var request =
        ApplyDocumentsRequest.newBuilder()
            .addDocuments(ApplyDocument.newBuilder().setDocument(huge))
            .build();

    assertThat(refused(() -> server.features().applyDocuments(request)))
        .startsWith("RESOURCE_EXHAUSTED REQUEST_TOO_LARGE")
        .contains("(expected: at most 16777216 bytes)");
  }

  @Test
  void files_hugeBinaryHalfWrittenOrMisdated_areToldByNameAndMended() throws Exception {
    Files.writeString(documents.resolve("half.json"), CHECKOUT.substring(0, 150));
    Files.writeString(
        documents.resolve("date.json"), segment("\"time\": {\"before\": \"2026-13-01\"}"));
    Files.writeString(documents.resolve("huge.yaml"), "#".repeat(10_000_000));
    Files.write(documents.resolve("image.yaml"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    Files.writeString(
        documents.resolve("checkout.json"),
        CHECKOUT.replaceFirst("\"weight\": 50", "\"weight\": 1"));

    assertThat(awaitReadyz("image.yaml"))
        .contains("date.json:1:")
        .contains("half.json:3:15: not YAML or JSON")
        .contains("huge.yaml: 10000000 bytes (expected: at most 8388608)")
        .contains("image.yaml: byte 0x89 at offset 0 (expected: YAML or JSON as UTF-8 text)")
        .contains("\"ready\":true");
    assertThat(evaluate(checkout())).isEqualTo(before);

    Files.writeString(documents.resolve("checkout.json"), CHECKOUT);
    for (String bad : List.of("date.json", "half.json", "huge.yaml", "image.yaml")) {
      Files.delete(documents.resolve(bad));
    }
    awaitReadyz("\"documentErrors\":[]");
  }

  @Test
  void writers_twoAtOnce_oneIsToldAndLosesNothing() throws Exception {
    List<Callable<String>> writers = new ArrayList<>();
    for (String owner : List.of("ann", "bob")) {
      var document = RunningServer.document(feature("race", "checkout")).toBuilder();
      document.getFeatureBuilder().clearPrerequisites().setOwner(owner);
      var request =
          ApplyDocumentsRequest.newBuilder()
              .setExpectedRevision(revision)
              .addDocuments(ApplyDocument.newBuilder().setDocument(document))
              .build();
      writers.add(
          () -> {
            try {
              return "" + server.features().applyDocuments(request).getRevision();
            } catch (StatusRuntimeException e) {
              return shown(e);
            }
          });
    }

    List<String> ends = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(writers.size())) {
      for (Future<String> end : threads.invokeAll(writers)) {
        ends.add(end.get());
      }
    }

    revision++;
    assertThat(ends).contains("" + revision);
    assertThat(ends)
        .anySatisfy(
            end -> assertThat(end).startsWith("ABORTED REVISION_CONFLICT").contains("expected"));
  }

  private static EvaluateRequest.Builder checkout() {
    return EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("ann");
  }

  private static EvaluateResponse evaluate(EvaluateRequest.Builder request) {
    return server.decisions().evaluate(request.build());
  }

  private static long currentRevision() {
    return server.features().listDocuments(ListDocumentsRequest.getDefaultInstance()).getRevision();
  }

  private static String feature(String key, String prerequisite) {
    return """
    {"feature": {"key": "%s", "default_variant": "on",
      "variants": [{"key": "on", "value": true}],
      "prerequisites": [{"feature": "%s", "variants": ["on"]}]}}
    """
        .formatted(key, prerequisite);
  }

  private static String segment(String test) {
    return "{\"segment\": {\"key\": \"s\", \"when\": [{\"attribute\": \"a\", " + test + "}]}}";
  }

  private static Struct attribute(String name, String value) {
    return Struct.newBuilder()
        .putFields(name, Value.newBuilder().setStringValue(value).build())
        .build();
  }

  private static String awaitReadyz(String text) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String body;
    do {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      body = server.get("/readyz").body();
    } while (!body.contains(text) && System.nanoTime() < end);
    assertThat(body).contains(text);
    return body;
  }

  private static String refused(Runnable call) throws Exception {
    return shown(catchThrowableOfType(StatusRuntimeException.class, call::run));
  }

  /** An error as a person reads it: code, reason, text, violations. */
  private static String shown(StatusRuntimeException error) throws Exception {
    var shown = new StringBuilder(error.getStatus().getCode().name());
    for (Any detail : details(error)) {
      if (detail.is(ErrorInfo.class)) {
        shown.append(' ').append(detail.unpack(ErrorInfo.class).getReason());
        shown.append(": ").append(error.getStatus().getDescription());
      } else if (detail.is(BadRequest.class)) {
        for (var violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
          shown.append('\n').append(violation.getField());
          shown.append(": ").append(violation.getDescription());
        }
      }
    }
    return shown.toString();
  }

  private static List<Any> details(StatusRuntimeException error) {
    return Objects.requireNonNull(StatusProto.fromThrowable(error)).getDetailsList();
  }
}
