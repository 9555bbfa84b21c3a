package dev.serin.loadtest.evaluation;

import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;

/** Who takes part in the engine benchmark. */
public enum Contestant {
  /** Serin's engine; each call begins a context and sets the caller's strings in their slots. */
  SERIN_RAW("Serin, raw"),
  /** Serin's engine; the context was filled and evaluated before. */
  SERIN_RESOLVED("Serin, resolved"),
  /** Serin's engine; each call begins a context and sets all six attributes by name. */
  SERIN_NAMED("Serin, by name"),
  /** LaunchDarkly's server SDK. */
  LAUNCHDARKLY("LaunchDarkly 7.13.0"),
  /** Split's client. */
  SPLIT("Split 4.18.2");

  private final String title;

  Contestant(String title) {
    this.title = title;
  }

  /** Name and version for tables. */
  public String title() {
    return title;
  }

  /**
   * Returns true where the workload is work for it: Serin builds a context by name, and that is all
   * building there is.
   */
  public boolean takes(Workload workload) {
    return switch (this) {
      case SERIN_RAW, SERIN_RESOLVED -> !workload.buildsContext();
      case SERIN_NAMED -> workload.buildsContext();
      case LAUNCHDARKLY, SPLIT -> true;
    };
  }

  /**
   * Loads the features of the workload.
   *
   * @param scale how many features and keys
   * @param directory an empty directory for files a peer reads; deleted by the caller after close
   */
  public Evaluator open(Workload workload, Scale scale, Path directory) throws IOException {
    return switch (this) {
      case SERIN_RAW -> serin(workload, scale, SerinEvaluator.Knowledge.SLOTS);
      case SERIN_RESOLVED -> serin(workload, scale, SerinEvaluator.Knowledge.RESOLVED);
      case SERIN_NAMED -> serin(workload, scale, SerinEvaluator.Knowledge.NAMES);
      case LAUNCHDARKLY -> new LaunchDarklyEvaluator(workload, scale, directory);
      case SPLIT -> new SplitEvaluator(workload, scale, directory);
    };
  }

  private static Evaluator serin(
      Workload workload, Scale scale, SerinEvaluator.Knowledge knowledge) {
    return new SerinEvaluator(workload, scale, knowledge);
  }
}
