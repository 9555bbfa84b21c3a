package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.serin.server.rollout.policy.EvidenceCodec;
import dev.serin.server.rollout.policy.JudgeState;
import dev.serin.server.rollout.policy.JudgeStateCodec;
import dev.serin.server.rollout.policy.RunEvidence;
import dev.serin.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an entry of a log was decided on.
 *
 * @param verdict of the look; empty: there was none, as before the first stage
 * @param judged what was judged; empty: the entry is a person's word, or the kill switch's, and the
 *     verdict is of the last look before it
 */
public record EntryEvidence(Optional<Verdict> verdict, Optional<Judged> judged) {
  /** Nothing. */
  public static final EntryEvidence NONE = new EntryEvidence(Optional.empty(), Optional.empty());

  private static final byte VERSION = 1;

  /** Verdict, evidence, state of the judge. */
  private static final int JUDGED_PARTS = 3;

  /** Checks that all is there. */
  public EntryEvidence {
    requireNonNull(verdict, "verdict");
    requireNonNull(judged, "judged");
    if (judged.isPresent() && verdict.isEmpty()) {
      throw new IllegalArgumentException("verdict: none (expected: that of what was judged)");
    }
  }

  /**
   * All that a judge needs to come to the same verdict again.
   *
   * @param evidence what was counted
   * @param before what looks before it had left
   */
  public record Judged(RunEvidence evidence, JudgeState before) {
    /** Checks that all is there. */
    public Judged {
      requireNonNull(evidence, "evidence");
      requireNonNull(before, "before");
    }
  }

  ByteString encode() {
    if (verdict.isEmpty()) {
      return ByteString.EMPTY;
    }
    List<ByteString> parts = new ArrayList<>();
    parts.add(verdict.get().toByteString());
    judged.ifPresent(
        it -> {
          parts.add(ByteString.copyFrom(EvidenceCodec.encode(it.evidence())));
          parts.add(ByteString.copyFrom(JudgeStateCodec.encode(it.before())));
        });
    return Parts.join(VERSION, parts);
  }

  /**
   * What {@link #encode} wrote.
   *
   * @throws IllegalArgumentException where it is damaged or of another version
   */
  static EntryEvidence decode(ByteString bytes) {
    if (bytes.isEmpty()) {
      return NONE;
    }
    String what = "evidence of an entry";
    List<ByteString> parts = Parts.split(what, VERSION, bytes);
    if (parts.size() != 1 && parts.size() != JUDGED_PARTS) {
      throw Parts.damaged(what, null);
    }
    try {
      return new EntryEvidence(
          Optional.of(Verdict.parseFrom(parts.get(0))),
          parts.size() == 1
              ? Optional.empty()
              : Optional.of(
                  new Judged(
                      EvidenceCodec.decode(parts.get(1).toByteArray()),
                      JudgeStateCodec.decode(parts.get(2).toByteArray()))));
    } catch (InvalidProtocolBufferException e) {
      throw Parts.damaged(what, e);
    }
  }
}
