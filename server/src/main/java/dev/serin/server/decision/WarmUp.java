package dev.serin.server.decision;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.SnapshotCompiler;
import dev.serin.engine.SnapshotSource;
import dev.serin.server.outcome.Exposures;
import dev.serin.v1.Bucketing;
import dev.serin.v1.Condition;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Feature;
import dev.serin.v1.Rule;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import dev.serin.v1.VersionRange;
import dev.serin.v1.WeightedVariant;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs the call path on a made-up feature, so that it is loaded and compiled before the first
 * caller comes. Touches nothing that is served or counted.
 */
public final class WarmUp {
  /** Calls at most: by then the machine's compiler has seen what it needs. */
  private static final int CALLS_MAX = 30_000;

  /** Calls between two looks at the clock. */
  private static final int CALLS_PER_LOOK = 100;

  private static final String FEATURE = "warm-up";

  private WarmUp() {}

  /** Warms up for at most this long. */
  public static void run(Duration limit) {
    var marshaller =
        new EvaluateMarshaller(
            new OneSnapshot(ServedSnapshot.prepare(SnapshotCompiler.compile(source(), null), null)),
            new Exposures(InstantSource.system()));
    byte[] request = request().toByteArray();
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    for (int calls = 0; calls < CALLS_MAX; calls += CALLS_PER_LOOK) {
      for (int i = 0; i < CALLS_PER_LOOK; i++) {
        if (marshaller.parse(new Message(request)) instanceof Refusal refusal) {
          throw new IllegalStateException("warm-up: " + refusal.status());
        }
      }
      if (System.nanoTime() >= deadlineNanos) {
        return;
      }
    }
  }

  private static SnapshotSource source() {
    Feature feature =
        Feature.newBuilder()
            .setKey(FEATURE)
            .setDefaultVariant("off")
            .addVariants(variant("off", false))
            .addVariants(variant("on", true))
            .addSplits(
                Split.newBuilder()
                    .setId("half")
                    .setSalt(FEATURE)
                    .setBucketing(Bucketing.BUCKETING_XXH3_MIX64)
                    .addWeights(WeightedVariant.newBuilder().setVariant("off").setWeight(50))
                    .addWeights(WeightedVariant.newBuilder().setVariant("on").setWeight(50)))
            .addRules(
                Rule.newBuilder()
                    .setId("rule-1")
                    .addWhen(Condition.newBuilder().setAttribute("country").addIn(text("DE")))
                    .addWhen(
                        Condition.newBuilder()
                            .setAttribute("version")
                            .setVersion(VersionRange.newBuilder().setAtLeast("9.0.0")))
                    .setServe(Serve.newBuilder().setVariant("on")))
            .setDefaultRule(Serve.newBuilder().setSplit("half"))
            .build();
    return new SnapshotSource(
        RequestLimits.DEFAULT_NAMESPACE,
        1,
        Map.of(FEATURE, new FeatureSource(feature, 1, false, List.of())),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of());
  }

  private static EvaluateRequest request() {
    return EvaluateRequest.newBuilder()
        .setFeature(FEATURE)
        .setUserKey("a-user-of-usual-size")
        .setAttributes(
            Struct.newBuilder()
                .putFields("country", text("DE"))
                .putFields("version", text("2.4.1"))
                .putFields("plan", text("free"))
                .putFields("age", Value.newBuilder().setNumberValue(42).build())
                .putFields("beta", Value.newBuilder().setBoolValue(true).build()))
        .build();
  }

  private static Variant variant(String key, boolean value) {
    return Variant.newBuilder()
        .setKey(key)
        .setValue(Value.newBuilder().setBoolValue(value))
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  /** Bytes as the transport gives them. */
  private static final class Message extends ByteArrayInputStream implements KnownLength {
    Message(byte[] bytes) {
      super(bytes);
    }
  }

  /** One namespace that never changes. */
  private record OneSnapshot(ServedSnapshot snapshot)
      implements ServedSnapshots, ServedSnapshots.Place {
    @Override
    public long silentMillis() {
      return 0;
    }

    @Override
    public @Nullable Place place(String namespace) {
      return namespace.equals(RequestLimits.DEFAULT_NAMESPACE) ? this : null;
    }

    @Override
    public Set<String> namespaces() {
      return Set.of(RequestLimits.DEFAULT_NAMESPACE);
    }

    @Override
    public boolean ready() {
      return true;
    }
  }
}
