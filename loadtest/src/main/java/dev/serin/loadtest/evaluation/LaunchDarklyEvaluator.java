package dev.serin.loadtest.evaluation;

import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.integrations.FileData;
import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.Targeting;
import dev.serin.loadtest.workload.Users;
import dev.serin.loadtest.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;

/** LaunchDarkly's server SDK, fed from a file, without events and without a network. */
final class LaunchDarklyEvaluator implements Evaluator {

  private final LDClient client;

  LaunchDarklyEvaluator(Workload workload, Scale scale, Path directory) throws IOException {
    StringJoiner flags = new StringJoiner(",", "{\"flags\":{", "}}");
    for (int number = 0; number < workload.features(scale); number++) {
      flags.add(flag(new Targeting(number, workload.kind(), scale)));
    }
    Path file = Files.writeString(directory.resolve("launchdarkly.json"), flags.toString());
    client =
        new LDClient(
            "no-key",
            new LDConfig.Builder()
                .dataSource(FileData.dataSource().filePaths(file))
                .events(Components.noEvents())
                .logging(Components.noLogging())
                .diagnosticOptOut(true)
                .build());
    if (!client.isInitialized()) {
      throw new IllegalStateException(
          "LaunchDarkly: not initialized (expected: flags of " + file + ")");
    }
  }

  @Override
  public Object context(Users.User user) {
    return LDContext.builder(user.key())
        .set("country", user.country())
        .set("appVersion", user.appVersion())
        .set("plan", user.plan())
        .set("platform", user.platform())
        .set("age", user.age())
        .set("beta", user.beta())
        .build();
  }

  @Override
  public boolean isOn(String feature, Object context) {
    return client.boolVariation(feature, (LDContext) context, false);
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String flag(Targeting targeting) {
    String share =
        """
        {"rollout":{"variations":[{"variation":0,"weight":25000},{"variation":1,"weight":75000}]}}\
        """;
    String rules =
        switch (targeting.kind()) {
          case SHARE -> "";
          case RULES ->
              """
              {"id":"r1","variation":0,"clauses":[
                {"attribute":"country","op":"in","values":%s},
                {"attribute":"appVersion","op":"semVerLessThan","values":["%s"],"negate":true}]},
              {"id":"r2","variation":0,"clauses":[
                {"attribute":"key","op":"in","values":%s}]}
              """
                  .formatted(
                      JsonText.array(targeting.countries()),
                      Targeting.MIN_VERSION,
                      JsonText.array(targeting.allowList()));
          case ALLOW_LIST ->
              """
              {"id":"r2","variation":0,"clauses":[{"attribute":"key","op":"in","values":%s}]}
              """
                  .formatted(JsonText.array(targeting.largeAllowList()));
        };
    return """
    "%s":{"key":"%s","version":1,"on":true,"salt":"salt-%d","variations":[true,false],
      "offVariation":1,"fallthrough":%s,"rules":[%s]}
    """
        .formatted(
            targeting.key(),
            targeting.key(),
            targeting.feature(),
            targeting.kind() == Workload.Kind.ALLOW_LIST ? "{\"variation\":1}" : share,
            rules);
  }
}
