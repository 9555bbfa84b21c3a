package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.serin.v1.Session;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the store of a server holds: sessions by the rules of docs/outcomes.md, and how often each
 * outcome was counted, by its unit key. It outlives the servers over it.
 */
final class TestLedger {
  private final Map<String, Row> rows = new HashMap<>();
  private final Map<String, Integer> counted = new TreeMap<>();
  private final List<Session> claims = new ArrayList<>();
  private long dropped;

  private static final class Row {
    private long epoch;
    private long attempt;
    private long committed;
  }

  /** What a claim gives. */
  record Claimed(long epoch, long committed) {}

  /** Gives the session away, or refuses to. */
  synchronized Claimed claim(Session session, long firstSequence) {
    claims.add(session);
    Row row = rows.get(key(session));
    if (row == null) {
      if (firstSequence > 1) {
        throw refusal(Code.NOT_FOUND, "SESSION_EXPIRED", Map.of());
      }
      row = new Row();
      rows.put(key(session), row);
    } else if (session.getAttempt() != 0 && session.getAttempt() <= row.attempt) {
      throw refusal(Code.FAILED_PRECONDITION, "PRODUCER_FENCED", Map.of());
    }
    row.epoch++;
    row.attempt = Math.max(row.attempt, session.getAttempt());
    if (firstSequence > row.committed + 1) {
      throw gap(row.committed + 1);
    }
    return new Claimed(row.epoch, row.committed);
  }

  /**
   * Counts in one transaction, if the epoch still holds; false: nothing happened.
   *
   * @param told what the outcomes told to have been dropped
   */
  synchronized boolean commit(
      Session session, long epoch, long through, List<String> outcomes, long told) {
    Row row = rows.get(key(session));
    if (row == null || row.epoch != epoch) {
      return false;
    }
    if (through - outcomes.size() != row.committed) {
      throw new AssertionError("through " + through + " after " + row.committed);
    }
    row.committed = through;
    outcomes.forEach(outcome -> counted.merge(outcome, 1, Integer::sum));
    dropped += told;
    return true;
  }

  /** Another process opens every session. */
  synchronized void openElsewhere() {
    rows.values()
        .forEach(
            row -> {
              row.epoch++;
              row.attempt += 1_000_000_000;
            });
  }

  /** Nobody used the sessions for 8 days. */
  synchronized void forgetSessions() {
    rows.clear();
  }

  /** A standby takes over that had not got the last commits. */
  synchronized void loseLast(int outcomes) {
    rows.values()
        .forEach(
            row -> {
              row.committed -= outcomes;
              row.epoch++;
            });
  }

  /** Each of these was counted once, and nothing else; says which were not. */
  synchronized void assertCounted(Map<String, Integer> expected) {
    Map<String, String> wrong = new TreeMap<>();
    Set<String> all = new TreeSet<>(expected.keySet());
    all.addAll(counted.keySet());
    for (String name : all) {
      int right = expected.getOrDefault(name, 0);
      int is = counted.getOrDefault(name, 0);
      if (is != right) {
        wrong.put(name, is + " (expected: " + right + ")");
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** How often each outcome was counted. */
  synchronized Map<String, Integer> counted() {
    return new TreeMap<>(counted);
  }

  /** How many outcomes were told to have been dropped. */
  synchronized long dropped() {
    return dropped;
  }

  synchronized int total() {
    return counted.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Every claim, in order. */
  synchronized List<Session> claims() {
    return List.copyOf(claims);
  }

  static StatusRuntimeException gap(long expected) {
    return refusal(
        Code.OUT_OF_RANGE, "SEQUENCE_GAP", Map.of("expected_sequence", Long.toString(expected)));
  }

  static StatusRuntimeException away(long retryMillis) {
    RetryInfo retry =
        RetryInfo.newBuilder()
            .setRetryDelay(
                Duration.newBuilder()
                    .setSeconds(retryMillis / 1_000)
                    .setNanos((int) (retryMillis % 1_000) * 1_000_000))
            .build();
    return refusal(Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of(), retry);
  }

  /** Something is wrong with a field of the request. */
  static StatusRuntimeException invalid(String field) {
    BadRequest violations =
        BadRequest.newBuilder()
            .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField(field))
            .build();
    return refusal(Code.INVALID_ARGUMENT, "INVALID_REQUEST", Map.of(), violations);
  }

  static StatusRuntimeException refusal(
      Code code, String reason, Map<String, String> metadata, Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage("told by the server")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain("serin.dev")
                        .setReason(reason)
                        .putAllMetadata(metadata)
                        .build()));
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static String key(Session session) {
    return session.getProducer() + " " + session.getSession();
  }
}
