package dev.serin.server.error;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one place where errors for callers are made, with {@link RunErrors} beside it: one method for
 * each way to fail.
 *
 * <p>Texts name the value and what was expected. {@code proto/ERRORS.md} is the callers' side.
 */
public final class ApiErrors {
  /** How long a caller waits for a store or a server that comes back. */
  static final Duration RETRY_AFTER_OUTAGE = Duration.ofSeconds(1);

  /** How long a caller waits for a queue to become shorter. */
  static final Duration RETRY_AFTER_OVERLOAD = Duration.ofMillis(200);

  private ApiErrors() {}

  /** INVALID_REQUEST: fields of the request; at least one violation. */
  public static ApiException invalidRequest(List<FieldViolation> violations) {
    return violated(ErrorReason.INVALID_REQUEST, violations);
  }

  /** INVALID_REQUEST: one field of the request. */
  public static ApiException invalidRequest(String field, String description) {
    return invalidRequest(List.of(FieldViolation.ofRequest(field, description)));
  }

  /** INVALID_DOCUMENT: what documents break; at least one violation. */
  public static ApiException invalidDocument(List<FieldViolation> violations) {
    return violated(ErrorReason.INVALID_DOCUMENT, violations);
  }

  /** TYPE_MISMATCH: the feature's type and the one the caller asked for, in lower case. */
  public static ApiException typeMismatch(String feature, String actual, String expected) {
    return error(
        ErrorReason.TYPE_MISMATCH,
        "feature \"" + shown(feature) + "\": type " + actual + " (expected: " + expected + ")",
        Map.of("feature", feature, "type", actual));
  }

  /** PAGE_TOKEN_INVALID: a text this call did not give out. */
  public static ApiException pageTokenInvalid(String token) {
    return violated(
        ErrorReason.PAGE_TOKEN_INVALID,
        List.of(
            FieldViolation.ofRequest(
                "page_token",
                "\""
                    + shown(token)
                    + "\" (expected: next_page_token of the page before, of the same request)")));
  }

  /** NAMESPACE_NOT_FOUND. */
  public static ApiException namespaceNotFound(String namespace) {
    return namespaceNotFound(namespace, Optional.empty());
  }

  /** NAMESPACE_NOT_FOUND, with the namespace that may have been meant. */
  public static ApiException namespaceNotFound(String namespace, Optional<String> nearest) {
    Map<String, String> metadata = new TreeMap<>(Map.of("namespace", namespace));
    nearest.ifPresent(name -> metadata.put("nearest", name));
    return error(
        ErrorReason.NAMESPACE_NOT_FOUND,
        "namespace \""
            + shown(namespace)
            + "\": not found (expected: "
            + nearest.map(name -> "\"" + name + "\"?").orElse("one that was created")
            + ")",
        metadata);
  }

  /** FEATURE_NOT_FOUND. */
  public static ApiException featureNotFound(String namespace, String feature) {
    return featureNotFound(namespace, feature, Optional.empty());
  }

  /** FEATURE_NOT_FOUND, with the feature that may have been meant. */
  public static ApiException featureNotFound(
      String namespace, String feature, Optional<String> nearest) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("namespace", namespace);
    metadata.put("feature", feature);
    nearest.ifPresent(key -> metadata.put("nearest", key));
    return error(
        ErrorReason.FEATURE_NOT_FOUND,
        "feature \""
            + shown(feature)
            + "\": not found in namespace \""
            + shown(namespace)
            + "\""
            + nearest.map(key -> " (expected: \"" + key + "\"?)").orElse(""),
        metadata);
  }

  /** DOCUMENT_NOT_FOUND: kind as {@code feature}, {@code segment}, … */
  public static ApiException documentNotFound(String namespace, String kind, String key) {
    return error(
        ErrorReason.DOCUMENT_NOT_FOUND,
        kind + " \"" + shown(key) + "\": not found in namespace \"" + shown(namespace) + "\"",
        Map.of("namespace", namespace, "kind", kind, "key", key));
  }

  /** REVISION_NOT_FOUND: the revision asked for and the newest one there is. */
  public static ApiException revisionNotFound(String namespace, long revision, long newest) {
    return error(
        ErrorReason.REVISION_NOT_FOUND,
        "revision "
            + Long.toUnsignedString(revision)
            + ": not found in namespace \""
            + shown(namespace)
            + "\" (expected: 1 to "
            + newest
            + ")",
        Map.of("namespace", namespace, "newest_revision", Long.toString(newest)));
  }

  /** RUN_NOT_FOUND: nothing was counted of a run of this feature. */
  public static ApiException runNotFound(String feature, String run) {
    return error(
        ErrorReason.RUN_NOT_FOUND,
        "run \""
            + shown(run)
            + "\": nothing was counted of it for feature \""
            + shown(feature)
            + "\" (expected: a run of one of its splits)",
        Map.of("feature", feature, "run", run));
  }

  /** METRIC_NOT_FOUND: no such metric of the feature or its namespace. */
  public static ApiException metricNotFound(String feature, String metric) {
    return error(
        ErrorReason.METRIC_NOT_FOUND,
        "metric \""
            + shown(metric)
            + "\": neither feature \""
            + shown(feature)
            + "\" nor its namespace has it (expected: one that was declared)",
        Map.of("feature", feature, "metric", metric));
  }

  /** NAMESPACE_EXISTS. */
  public static ApiException namespaceExists(String namespace) {
    return error(
        ErrorReason.NAMESPACE_EXISTS,
        "namespace \"" + shown(namespace) + "\": exists (expected: a new name)",
        Map.of("namespace", namespace));
  }

  /** DOCUMENT_IN_USE: the document and those that refer to it, as {@code feature/checkout}. */
  public static ApiException documentInUse(String document, List<String> users) {
    String firstUsers = String.join(", ", users.subList(0, Math.min(users.size(), 10)));
    return error(
        ErrorReason.DOCUMENT_IN_USE,
        document
            + ": "
            + users.size()
            + (users.size() == 1 ? " document refers" : " documents refer")
            + " to it: "
            + firstUsers
            + (users.size() > 10 ? ", …" : "")
            + " (expected: none)",
        Map.of("document", document, "users", firstUsers));
  }

  /** NAMESPACE_NOT_EMPTY: how many documents it holds. */
  public static ApiException namespaceNotEmpty(String namespace, long documents) {
    return error(
        ErrorReason.NAMESPACE_NOT_EMPTY,
        "namespace \"" + namespace + "\": holds " + documents + " documents (expected: none)",
        Map.of("namespace", namespace, "documents", Long.toString(documents)));
  }

  /** ROLLOUT_ACTIVE: the run that depends on what would change. */
  public static ApiException rolloutActive(String document, String run) {
    return error(
        ErrorReason.ROLLOUT_ACTIVE,
        document + ": run " + run + " depends on it (expected: no active run)",
        Map.of("document", document, "run", run));
  }

  /** FEATURE_ARCHIVED. */
  public static ApiException featureArchived(String namespace, String feature) {
    return error(
        ErrorReason.FEATURE_ARCHIVED,
        "feature \""
            + feature
            + "\" of namespace \""
            + namespace
            + "\": archived (expected: apply or restore it first)",
        Map.of("namespace", namespace, "feature", feature));
  }

  /**
   * REVISION_CONFLICT: what was changed ({@code namespace "shop"}, {@code feature/checkout}), its
   * revision and the one the caller expected; 0: not there.
   */
  public static ApiException revisionConflict(String subject, long actual, long expected) {
    return error(
        ErrorReason.REVISION_CONFLICT,
        subject + ": " + atRevision(actual) + " (expected: " + atRevision(expected) + ")",
        Map.of("revision", Long.toString(actual), "expected_revision", Long.toString(expected)));
  }

  /** REVISION_GONE: a page's snapshot is no longer held. */
  public static ApiException revisionGone(String namespace, long revision) {
    return error(
        ErrorReason.REVISION_GONE,
        "revision "
            + revision
            + " of namespace \""
            + namespace
            + "\": no longer held (expected: begin again with the first page)",
        Map.of("namespace", namespace, "revision", Long.toString(revision)));
  }

  /** REQUEST_TOO_LARGE: what is too large, its size and the limit, both with their unit. */
  public static ApiException requestTooLarge(String subject, String size, String limit) {
    return error(
        ErrorReason.REQUEST_TOO_LARGE,
        subject + ": " + size + " (expected: at most " + limit + ")",
        Map.of("limit", limit));
  }

  /** SEQUENCE_GAP: the sequence that was expected, and the one that came. */
  public static ApiException sequenceGap(long expected, long first) {
    return error(
        ErrorReason.SEQUENCE_GAP,
        "first_sequence: " + first + " (expected: " + expected + ", the next one, or an earlier)",
        Map.of("expected_sequence", Long.toString(expected)));
  }

  /** SESSION_EXPIRED: the store has no session of this UUID, and its first outcomes are gone. */
  public static ApiException sessionExpired(String session) {
    return error(
        ErrorReason.SESSION_EXPIRED,
        "session " + session + ": not known, or forgotten (expected: a new one, from sequence 1)",
        Map.of("session", session));
  }

  /** PRODUCER_FENCED: the session was opened again since, here or at another replica. */
  public static ApiException producerFenced(String producer, String session) {
    return error(
        ErrorReason.PRODUCER_FENCED,
        "session "
            + session
            + " of "
            + shown(producer)
            + ": opened by somebody else since (expected: one process for each session)",
        Map.of("producer", producer, "session", session));
  }

  /** OVERLOADED: the queue that is full, how much it holds and of what ({@code calls}). */
  public static ApiException overloaded(String queue, long limit, String unit) {
    return retryable(
        ErrorReason.OVERLOADED,
        queue + ": " + limit + " " + unit + " wait already (expected: fewer)",
        RETRY_AFTER_OVERLOAD,
        null);
  }

  /** EXPORT_TOO_SLOW: how many records the reader was not sent. */
  public static ApiException exportTooSlow(long lost) {
    return error(
        ErrorReason.EXPORT_TOO_SLOW,
        "export: " + lost + " records lost (expected: a reader as fast as what is counted)",
        Map.of("lost", Long.toString(lost)));
  }

  /** STORE_FULL. */
  public static ApiException storeFull(Throwable cause) {
    return new ApiException(
        ErrorReason.STORE_FULL,
        "store: no space left (expected: room for the change); nothing was changed",
        List.of(),
        Map.of(),
        null,
        cause);
  }

  /** STORE_UNAVAILABLE: evaluations go on from the last good snapshot. */
  public static ApiException storeUnavailable(@Nullable Throwable cause) {
    return retryable(
        ErrorReason.STORE_UNAVAILABLE,
        "store: cannot be reached (expected: an open database)",
        RETRY_AFTER_OUTAGE,
        cause);
  }

  /** CHANGE_UNCERTAIN: the answer to a commit was lost and could not be asked for again. */
  public static ApiException changeUncertain(Throwable cause) {
    return new ApiException(
        ErrorReason.CHANGE_UNCERTAIN,
        "store: lost while the change was committed, which may have been made (expected: look"
            + " before sending it again)",
        List.of(),
        Map.of(),
        null,
        cause);
  }

  /** NOT_READY, to who asks for a namespace. */
  public static ApiException notReady() {
    return notReady("server: namespaces are not loaded yet (expected: ready)");
  }

  /** NOT_READY, to who asks what was counted. */
  public static ApiException outcomesNotReady() {
    return notReady("outcomes: what was counted before the start is loading (expected: loaded)");
  }

  private static ApiException notReady(String message) {
    return retryable(ErrorReason.NOT_READY, message, RETRY_AFTER_OUTAGE, null);
  }

  /** SHUTTING_DOWN. */
  public static ApiException shuttingDown() {
    return retryable(
        ErrorReason.SHUTTING_DOWN,
        "server: stopping (expected: call another replica)",
        RETRY_AFTER_OUTAGE,
        null);
  }

  /** SHUTTING_DOWN, to a reader of an export: how many records it was not sent. */
  public static ApiException exportStopped(long lost) {
    return new ApiException(
        ErrorReason.SHUTTING_DOWN,
        "server: stopping, "
            + lost
            + " records not sent (expected: call another replica, and this one again)",
        List.of(),
        Map.of("lost", Long.toString(lost)),
        RETRY_AFTER_OUTAGE,
        null);
  }

  /** NOT_BUILT: a call of a later version. */
  public static ApiException notBuilt(String subject) {
    return error(
        ErrorReason.NOT_BUILT, subject + ": not built yet in this version of Serin", Map.of());
  }

  /** INTERNAL: the incident's id stands in the server's log beside the cause. */
  static ApiException internal(String incident, Throwable cause) {
    return new ApiException(
        ErrorReason.INTERNAL,
        "internal error, incident " + incident + " in the server's log",
        List.of(),
        Map.of("incident", incident),
        null,
        cause);
  }

  /** A value as a text of at most 100 characters, so that an answer stays readable. */
  static String shown(String value) {
    return value.length() <= 100 ? value : value.substring(0, 99) + "…";
  }

  private static String atRevision(long revision) {
    return revision == 0 ? "not there" : "revision " + revision;
  }

  private static ApiException violated(ErrorReason reason, List<FieldViolation> violations) {
    if (violations.isEmpty()) {
      throw new IllegalArgumentException("violations: none (expected: at least one)");
    }
    String others = violations.size() == 1 ? "" : " (and " + (violations.size() - 1) + " more)";
    return new ApiException(reason, violations.get(0) + others, violations, Map.of(), null, null);
  }

  static ApiException error(ErrorReason reason, String message, Map<String, String> metadata) {
    TreeMap<String, String> shown = new TreeMap<>();
    metadata.forEach((name, value) -> shown.put(name, shown(value)));
    return new ApiException(reason, message, List.of(), shown, null, null);
  }

  private static ApiException retryable(
      ErrorReason reason, String message, Duration retryAfter, @Nullable Throwable cause) {
    return new ApiException(reason, message, List.of(), Map.of(), retryAfter, cause);
  }
}
