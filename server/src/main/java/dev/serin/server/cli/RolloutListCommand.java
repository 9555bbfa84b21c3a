package dev.serin.server.cli;

import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.ListRolloutsResponse;
import dev.serin.v1.RolloutState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists rollouts with their newest runs. */
@Command(name = "list", description = "List the rollouts of the namespace with their newest runs.")
final class RolloutListCommand implements Callable<Integer> {
  /** As the API allows. */
  private static final int PAGE_SIZE = 1_000;

  private static final String NEVER_STARTED = "never_started";

  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--state",
      split = ",",
      paramLabel = "STATE",
      description = {
        "Only these: gate, running, holding, paused, rolling_back, rolled_back,",
        "completed, cancelled, never_started; several with commas."
      })
  private List<String> states = List.of();

  @Option(names = "--active", description = "Only those whose run is not over.")
  private boolean active;

  @Option(
      names = "--feature",
      paramLabel = "KEY",
      defaultValue = "",
      description = "Only those of this feature.")
  private String feature = "";

  RolloutListCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ListRolloutsRequest.Builder request =
        ListRolloutsRequest.newBuilder()
            .setNamespace(call.namespace())
            .setPageSize(PAGE_SIZE)
            .setFeature(feature)
            .addAllStates(states());
    ListRolloutsResponse.Builder all = ListRolloutsResponse.newBuilder();
    try (Session session = call.open()) {
      do {
        ListRolloutsResponse page = session.rollouts().listRollouts(request.build());
        all.addAllRuns(page.getRunsList());
        request.setPageToken(page.getNextPageToken());
      } while (!request.getPageToken().isEmpty());
    }
    output.print(
        terminal,
        all.build(),
        () ->
            RolloutText.table(all.getRunsList(), output.isWide())
                .lines(terminal)
                .forEach(terminal.out()::println));
    return ExitCode.OK.code();
  }

  private List<RolloutState> states() {
    List<RolloutState> wanted = new ArrayList<>();
    states.forEach(name -> wanted.add(state(name)));
    if (active) {
      wanted.addAll(
          List.of(
              RolloutState.ROLLOUT_STATE_GATE,
              RolloutState.ROLLOUT_STATE_RUNNING,
              RolloutState.ROLLOUT_STATE_HOLDING,
              RolloutState.ROLLOUT_STATE_PAUSED,
              RolloutState.ROLLOUT_STATE_ROLLING_BACK));
    }
    return wanted;
  }

  private static RolloutState state(String name) {
    if (name.equalsIgnoreCase(NEVER_STARTED)) {
      return RolloutState.ROLLOUT_STATE_UNSPECIFIED;
    }
    return Arrays.stream(RolloutState.values())
        .filter(
            state ->
                state != RolloutState.UNRECOGNIZED
                    && state != RolloutState.ROLLOUT_STATE_UNSPECIFIED
                    && RolloutText.word(state).equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailure(
                    ExitCode.USAGE,
                    "--state: "
                        + name.toLowerCase(Locale.ROOT)
                        + " (expected: gate, running, holding, paused, rolling_back, rolled_back,"
                        + " completed, cancelled or never_started)"));
  }
}
