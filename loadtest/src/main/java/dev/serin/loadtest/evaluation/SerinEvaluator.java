package dev.serin.loadtest.evaluation;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.EvaluationContext;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.Snapshot;
import dev.serin.engine.SnapshotCompiler;
import dev.serin.engine.SnapshotSource;
import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.SerinDocuments;
import dev.serin.loadtest.workload.Users;
import dev.serin.loadtest.workload.Workload;
import dev.serin.v1.Document;
import dev.serin.v1.Segment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Serin's engine. */
final class SerinEvaluator implements Evaluator {

  private static final String NAMESPACE = "loadtest";
  private static final long REVISION = 1;

  /** Any moment will do: no feature has a schedule. */
  private static final long NOW_MILLIS = 1_800_000_000_000L;

  /** What is measured: how far the context is known before the evaluation. */
  enum Knowledge {
    /** Nothing: the caller's strings are set by name in each call. */
    NAMES,
    /** The slots of the attributes; the caller's strings are set in each call. */
    SLOTS,
    /** Everything: hashes, ids and versions were found out by an evaluation before. */
    RESOLVED
  }

  private final Snapshot snapshot;
  private final Knowledge knowledge;
  private final EvaluationContext scratch = new EvaluationContext();
  private final int countrySlot;
  private final int versionSlot;
  private final int planSlot;
  private final int platformSlot;
  private final int ageSlot;
  private final int betaSlot;

  SerinEvaluator(Workload workload, Scale scale, Knowledge knowledge) {
    snapshot = compile(SerinDocuments.of(workload, scale));
    this.knowledge = knowledge;
    begin(scratch);
    countrySlot = scratch.slot("country");
    versionSlot = scratch.slot("appVersion");
    planSlot = scratch.slot("plan");
    platformSlot = scratch.slot("platform");
    ageSlot = scratch.slot("age");
    betaSlot = scratch.slot("beta");
  }

  @Override
  public Object context(Users.User user) {
    return switch (knowledge) {
      case NAMES -> named(scratch, user);
      case SLOTS -> user;
      case RESOLVED -> {
        EvaluationContext context = named(new EvaluationContext(), user);
        snapshot.features().getFirst().evaluate(context);
        yield context;
      }
    };
  }

  @Override
  public boolean isOn(String feature, Object context) {
    CompiledFeature found = snapshot.feature(feature);
    if (found == null) {
      throw new IllegalArgumentException("feature: " + feature + " (expected: one that is loaded)");
    }
    EvaluationContext filled =
        knowledge == Knowledge.SLOTS ? slotted((Users.User) context) : (EvaluationContext) context;
    return found.evaluate(filled).value().getBoolValue();
  }

  @Override
  public void close() {}

  private void begin(EvaluationContext context) {
    context.begin(snapshot, NOW_MILLIS, 0, 0);
  }

  private EvaluationContext named(EvaluationContext context, Users.User user) {
    begin(context);
    context.userKey(user.key());
    context.attribute("country", user.country());
    context.attribute("appVersion", user.appVersion());
    context.attribute("plan", user.plan());
    context.attribute("platform", user.platform());
    context.attribute("age", user.age());
    context.attribute("beta", user.beta());
    return context;
  }

  private EvaluationContext slotted(Users.User user) {
    begin(scratch);
    scratch.userKey(user.key());
    if (countrySlot != EvaluationContext.UNUSED) {
      scratch.text(countrySlot, user.country());
    }
    if (versionSlot != EvaluationContext.UNUSED) {
      scratch.text(versionSlot, user.appVersion());
    }
    if (planSlot != EvaluationContext.UNUSED) {
      scratch.text(planSlot, user.plan());
    }
    if (platformSlot != EvaluationContext.UNUSED) {
      scratch.text(platformSlot, user.platform());
    }
    if (ageSlot != EvaluationContext.UNUSED) {
      scratch.number(ageSlot, user.age());
    }
    if (betaSlot != EvaluationContext.UNUSED) {
      scratch.bool(betaSlot, user.beta());
    }
    return scratch;
  }

  private static Snapshot compile(List<Document> documents) {
    Map<String, FeatureSource> features = new HashMap<>();
    Map<String, Segment> segments = new HashMap<>();
    for (Document document : documents) {
      if (document.hasSegment()) {
        segments.put(document.getSegment().getKey(), document.getSegment());
      } else {
        var feature = new FeatureSource(document.getFeature(), REVISION, false, List.of());
        features.put(document.getFeature().getKey(), feature);
      }
    }
    return SnapshotCompiler.compile(
        new SnapshotSource(NAMESPACE, REVISION, features, segments, Map.of(), Map.of(), Map.of()),
        null);
  }
}
