package dev.serin.loadtest.evaluation;

import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.Targeting;
import dev.serin.loadtest.workload.Users;
import dev.serin.loadtest.workload.Workload;
import io.split.client.SplitClient;
import io.split.client.SplitClientConfig;
import io.split.client.SplitFactory;
import io.split.client.SplitFactoryBuilder;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Split's Java client in its localhost mode: definitions from a file, no network. */
final class SplitEvaluator implements Evaluator {

  /** The million-key list takes seconds to parse. */
  private static final int READY_TIMEOUT_MILLIS = 60_000;

  private final SplitFactory factory;
  private final SplitClient client;

  /** What Split's callers hand in: the key and a map. */
  private record Context(String key, Map<String, Object> attributes) {}

  SplitEvaluator(Workload workload, Scale scale, Path directory) throws IOException {
    StringJoiner splits = new StringJoiner(",", "{\"splits\":[", "],\"since\":-1,\"till\":1}");
    for (int number = 0; number < workload.features(scale); number++) {
      splits.add(split(new Targeting(number, workload.kind(), scale)));
    }
    Path file = Files.writeString(directory.resolve("split.json"), splits.toString());
    Path segments = Files.createDirectories(directory.resolve("split-segments"));
    try {
      factory =
          SplitFactoryBuilder.build(
              "localhost",
              SplitClientConfig.builder()
                  .splitFile(file.toString())
                  .segmentDirectory(segments.toString())
                  .setBlockUntilReadyTimeout(READY_TIMEOUT_MILLIS)
                  .disableLabels()
                  .build());
      client = factory.client();
      client.blockUntilReady();
    } catch (URISyntaxException | TimeoutException e) {
      throw new IllegalStateException("Split: not ready (expected: splits of " + file + ")", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Split: interrupted while loading " + file, e);
    }
  }

  @Override
  public Object context(Users.User user) {
    Map<String, Object> attributes = new HashMap<>(16);
    attributes.put("country", user.country());
    attributes.put("appVersion", user.appVersion());
    attributes.put("plan", user.plan());
    attributes.put("platform", user.platform());
    attributes.put("age", user.age());
    attributes.put("beta", user.beta());
    return new Context(user.key(), attributes);
  }

  @Override
  public boolean isOn(String feature, Object context) {
    Context user = (Context) context;
    return "on".equals(client.getTreatment(user.key(), feature, user.attributes()));
  }

  @Override
  public void close() {
    factory.destroy();
  }

  private static String split(Targeting targeting) {
    String share = condition("ROLLOUT", Targeting.PERCENT_ON, matcher(null, "ALL_KEYS", ""));
    String conditions =
        switch (targeting.kind()) {
          case SHARE -> share;
          case RULES ->
              String.join(
                  ",",
                  condition(
                      "ROLLOUT",
                      100,
                      list("country", JsonText.array(targeting.countries()))
                          + ","
                          + matcher(
                              "appVersion",
                              "GREATER_THAN_OR_EQUAL_TO_SEMVER",
                              ",\"stringMatcherData\":\"" + Targeting.MIN_VERSION + "\"")),
                  condition("ROLLOUT", 100, list(null, JsonText.array(targeting.allowList()))),
                  share);
          case ALLOW_LIST ->
              condition("WHITELIST", 100, list(null, JsonText.array(targeting.largeAllowList())));
        };
    return """
    {"trafficTypeName":"user","name":"%s","trafficAllocation":100,
     "trafficAllocationSeed":%d,"seed":%d,"status":"ACTIVE","killed":false,
     "defaultTreatment":"off","changeNumber":1,"algo":2,"configurations":{},
     "conditions":[%s]}
    """
        .formatted(
            targeting.key(), 12_345 + targeting.feature(), 777 + targeting.feature(), conditions);
  }

  private static String condition(String type, int percentOn, String matchers) {
    return """
    {"conditionType":"%s","matcherGroup":{"combiner":"AND","matchers":[%s]},
     "partitions":[{"treatment":"on","size":%d},{"treatment":"off","size":%d}],"label":"l"}
    """
        .formatted(type, matchers, percentOn, 100 - percentOn);
  }

  private static String list(@Nullable String attribute, String array) {
    return matcher(
        attribute, "WHITELIST", ",\"whitelistMatcherData\":{\"whitelist\":" + array + "}");
  }

  private static String matcher(@Nullable String attribute, String type, String data) {
    return """
    {"keySelector":{"trafficType":"user","attribute":%s},"matcherType":"%s","negate":false%s}
    """
        .formatted(attribute == null ? "null" : '"' + attribute + '"', type, data);
  }
}
