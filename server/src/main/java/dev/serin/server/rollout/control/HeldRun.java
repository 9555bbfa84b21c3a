package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Thinning;
import dev.serin.server.rollout.evidence.RunMetrics;
import dev.serin.server.rollout.evidence.RunReader;
import dev.serin.server.rollout.evidence.VerdictMessages;
import dev.serin.server.rollout.forecast.LiveForecast;
import dev.serin.server.rollout.journal.KeptJudge;
import dev.serin.server.rollout.journal.Move;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.machine.Times;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.Judge;
import dev.serin.server.rollout.policy.JudgeState;
import dev.serin.server.rollout.policy.JudgeStateCodec;
import dev.serin.server.rollout.policy.RunEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A run that this process acts for, in memory: all of it can be made again from the store. Of the
 * controller's thread, but for what it says of the last look.
 */
final class HeldRun {
  private final RolloutPlan plan;
  private final RolloutMachine machine;
  private final Judge judge;

  /** Of the thread of the view. */
  private final RunReader reader;

  private final RunMetrics metrics;

  /** Where it stands. */
  private volatile RunView view;

  /** How much of its time was seen. */
  private final SeenTime time;

  private JudgeState judged;

  /** What the store has of that. */
  private JudgeState kept;

  /** When the evidence was last complete, by the monotonic clock. */
  private long completeNanos;

  /** At which holders have to be; empty: not known, or nothing waits for them. */
  private OptionalLong awaited = OptionalLong.empty();

  private volatile @Nullable Look last;
  private volatile String because = "";

  private HeldRun(
      RunView view,
      RunDocuments documents,
      OptionalLong began,
      Instant looked,
      long completeNanos) {
    this.view = view;
    time = new SeenTime(looked, view.state().time());
    this.completeNanos = completeNanos;
    plan = view.plan();
    machine = new RolloutMachine(plan);
    judge = Judge.of(plan, view.metrics(), DataQuality.USUAL);
    reader = documents.reader(view.stored().origin(), plan, view.metrics());
    began.ifPresent(millis -> reader.began(view.state().stage(), millis));
    metrics = RunMetrics.of(plan, view.metrics(), judge::measuredShare);
    kept = judgeOf(view.stored());
    judged = kept;
  }

  /**
   * What was counted of a run.
   *
   * @param thinning of the sets of users that it was counted in
   */
  record Counted(RunReader.Reading reading, Thinning thinning) {}

  /**
   * What a look showed.
   *
   * @param before what the judge had kept of the looks before it
   * @param passed of its stage
   */
  private record Look(
      RunEvidence evidence,
      dev.serin.server.rollout.policy.Verdict verdict,
      JudgeState before,
      LiveForecast.Passed passed,
      Instant time) {}

  /**
   * A run as it was read.
   *
   * @param began when its stage did, by the clock of the log, milliseconds since 1970; empty: it is
   *     in none
   * @param looked when somebody last looked at it, by the clock of the log
   * @param completeNanos likewise, by the monotonic clock
   * @throws IllegalArgumentException where this version of the server cannot read it
   */
  static HeldRun of(StoredRun stored, OptionalLong began, Instant looked, long completeNanos) {
    RunDocuments documents = RunDocuments.decode(stored.origin().documents());
    RolloutPlan plan = documents.plan();
    RunView view = new RunView(stored, plan, documents.judged(plan), Runs.state(stored));
    return new HeldRun(view, documents, began, looked, completeNanos);
  }

  /** Where it stands; any thread. */
  RunView view() {
    return view;
  }

  String id() {
    return origin().run();
  }

  RunOrigin origin() {
    return view.stored().origin();
  }

  FeatureName feature() {
    return new FeatureName(origin().namespace(), origin().feature());
  }

  long version() {
    return view.stored().version();
  }

  RolloutPlan plan() {
    return plan;
  }

  MachineState state() {
    return view.state();
  }

  /** Takes it as somebody else has moved it; what looks left stays. */
  void refresh(StoredRun now) {
    stand(now, Runs.state(now));
    time.refreshed(state().time());
    kept = judgeOf(now);
    awaited = OptionalLong.empty();
    because = "";
  }

  private void stand(StoredRun stored, MachineState state) {
    view = new RunView(stored, plan, view.metrics(), state);
  }

  /** Whether evidence can say anything of it: something of it is served. */
  boolean isJudged() {
    MachineState state = state();
    return state.stage() > 0 && !state.phase().isOver() && state.phase() != Phase.ROLLING_BACK;
  }

  /** What is asked of the view, by its thread: what the run has counted at this moment. */
  Function<MergedView, Counted> question() {
    int stage = state().stage();
    // Of the last look: a breaker's mark may be drawn a tick late.
    Optional<RunEvidence> before =
        Optional.ofNullable(last).map(Look::evidence).filter(it -> it.stage() == stage);
    int extension = before.map(RunEvidence::extension).orElse(0);
    Duration elapsed = before.map(RunEvidence::elapsed).orElse(Duration.ZERO);
    return counted ->
        new Counted(reader.read(counted, stage, extension, elapsed), counted.thinning());
  }

  /** What was seen of its time. */
  SeenTime time() {
    return time;
  }

  /**
   * Whether a move need not be written: it says only that nobody looked for a while, which is
   * carried on to the next entry.
   */
  boolean mayCarry(Step.Moved moved, Instant now) {
    return moved.effects().isEmpty() && moved.state().doesSameAs(state()) && time.mayCarry(now);
  }

  /**
   * Judges what was read; what came of it is the tick.
   *
   * @param decidedNanos when, by the monotonic clock: what was read has grown older since
   */
  Event.Tick judge(Looks.Seen seen, long decidedNanos, Instant now) {
    Counted counted = seen.counted();
    RunReader.Reading reading = counted.reading();
    completeNanos = seen.nanos() - seen.age().toNanos();
    Duration age = Duration.ofNanos(Math.max(0, decidedNanos - completeNanos));
    Duration sinceLook = time.sinceLook(now);
    MachineState state = state();
    Times times = state.seen(now, sinceLook);
    int stage = state.stage();
    RunEvidence evidence =
        new RunEvidence(
            stage,
            state.period().extension(),
            counted.thinning().generation(),
            state.period().length(),
            state.period().elapsed(times),
            times.dwell(),
            reading
                .flow()
                .data(
                    reading.users(),
                    reading.values(),
                    Judge.treatmentShare(plan.stage(stage).share()),
                    state.period().began(),
                    now,
                    age),
            reading.firstExposures(),
            metrics.look(stage, reading.metrics()));
    JudgeState before = judged;
    Judge.Judged look = judge.judge(evidence, before);
    judged = look.state();
    LiveForecast.Passed passed = passed(stage, times, counted.thinning());
    last = new Look(evidence, look.verdict(), before, passed, now);
    return new Event.Tick(said(look.verdict()), age, sinceLook);
  }

  /**
   * The tick of a run of which nothing could be read; empty: that has not lasted long enough to
   * mean anything.
   */
  Optional<Event.Tick> unread(long nowNanos, Instant now) {
    Duration age = Duration.ofNanos(Math.max(0, nowNanos - completeNanos));
    return age.compareTo(RolloutMachine.FRESH) > 0
        ? Optional.of(
            new Event.Tick(
                nothingSaid("what was counted cannot be read"), age, time.sinceLook(now)))
        : Optional.empty();
  }

  /** The tick of a run that serves nothing yet. */
  Event.Tick unserved(Instant now) {
    return new Event.Tick(nothingSaid("nothing is served yet"), Duration.ZERO, time.sinceLook(now));
  }

  private static Verdict nothingSaid(String sentence) {
    return new Verdict(Verdict.Action.GO_ON, "", sentence, "");
  }

  private static Verdict said(dev.serin.server.rollout.policy.Verdict verdict) {
    return new Verdict(
        switch (verdict.action()) {
          case ROLL_BACK -> Verdict.Action.ROLL_BACK;
          case HOLD -> Verdict.Action.HOLD;
          case PROMOTE -> Verdict.Action.PROMOTE;
          case GO_ON -> Verdict.Action.GO_ON;
        },
        verdict.reason().name().toLowerCase(Locale.ROOT),
        verdict.sentence(),
        "");
  }

  Step apply(Event event, Instant now) {
    return machine.apply(state(), event, now);
  }

  /** Without a control nothing times what is served, and users come as long as it goes on. */
  private LiveForecast.Passed passed(int stage, Times times, Thinning thinning) {
    boolean all = plan.stage(stage).share().isAll();
    return new LiveForecast.Passed(
        all ? times.inStage() : times.served(),
        times.inStage(),
        Math.scalb(1.0, -thinning.level()));
  }

  /** What the last look showed, with a forecast, for people who ask; any thread. */
  Optional<dev.serin.v1.Verdict> verdict() {
    return Optional.ofNullable(last)
        .map(
            look ->
                message(
                    look,
                    VerdictMessages.withForecast(
                        plan, look.evidence(), look.verdict(), look.passed())));
  }

  /** The same as entries of logs keep it; any thread. */
  Optional<dev.serin.v1.Verdict> knownVerdict() {
    return Optional.ofNullable(last).map(this::logged);
  }

  /** The figures of the last look alone, as often as one likes; any thread. */
  Optional<LastLook> lastLook() {
    return Optional.ofNullable(last)
        .map(look -> new LastLook(look.evidence().data().exposed(), look.verdict().readings()));
  }

  /** What the last look showed, of which there was one, to be made when it is wanted. */
  Supplier<dev.serin.v1.Verdict> laterVerdict() {
    Look look = requireNonNull(last);
    return () -> logged(look);
  }

  private dev.serin.v1.Verdict logged(Look look) {
    return message(look, VerdictMessages.of(plan, look.evidence(), look.verdict()));
  }

  private dev.serin.v1.Verdict message(Look look, dev.serin.v1.Verdict verdict) {
    return verdict.toBuilder()
        .setRunId(id())
        .setTime(Timestamps.fromMillis(look.time().toEpochMilli()))
        .build();
  }

  /** What an entry keeps of a move that a judged look has made. */
  EntryEvidence evidence() {
    Look look = last;
    return look == null
        ? EntryEvidence.NONE
        : new EntryEvidence(
            Optional.of(logged(look)),
            Optional.of(new EntryEvidence.Judged(look.evidence(), look.before())));
  }

  /** What an entry keeps of a move that anything else has made: what was known. */
  EntryEvidence known() {
    return new EntryEvidence(knownVerdict(), Optional.empty());
  }

  /** What the judge keeps now, for the store. */
  ByteString judgeBytes() {
    return ByteString.copyFrom(JudgeStateCodec.encode(judged));
  }

  /** What has to be kept of looks that moved nothing; empty: nothing new. */
  Optional<KeptJudge> toKeep() {
    return judged.sameKept(kept)
        ? Optional.empty()
        : Optional.of(new KeptJudge(id(), version(), judgeBytes()));
  }

  /** Notes that it was written. */
  void kept() {
    kept = judged;
  }

  /**
   * Takes a move that was written.
   *
   * @param revision of the namespace that it took; empty: none
   */
  void moved(Move move, Step.Moved by, OptionalLong revision) {
    stand(Moves.after(view.stored(), move), by.state());
    kept = move.judge().isPresent() ? judged : kept;
    time.written(by.state().time());
    awaited = by.state().phase() == Phase.ROLLING_BACK ? revision : OptionalLong.empty();
    because = "";
  }

  /** Notes why the newest tick left it where it stands. */
  void stays(String why) {
    because = why;
  }

  /** That; empty: no tick has left it there yet. Any thread. */
  String because() {
    return because;
  }

  private static JudgeState judgeOf(StoredRun stored) {
    return stored.judge().isEmpty()
        ? JudgeState.begin()
        : JudgeStateCodec.decode(stored.judge().toByteArray());
  }

  OptionalLong awaited() {
    return awaited;
  }

  void awaits(long revision) {
    awaited = OptionalLong.of(revision);
  }
}
