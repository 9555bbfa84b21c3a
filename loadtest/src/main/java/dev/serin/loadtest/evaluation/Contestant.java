package dev.serin.loadtest.evaluation;

import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;

/** Who takes part in the engine benchmark. */
public enum Contestant {
  /** Serin's engine; each call begins a context and sets the caller's strings in their slots. */
  SERIN_RAW("Serin, raw"),
  /** Serin's engine; a context per user, filled and evaluated before. */
  SERIN_RESOLVED("Serin, resolved"),
  /**
   * Serin's engine; the context was filled and evaluated a moment before, as when a call asks for
   * more than one feature: few contexts, so that they are still in the cache.
   */
  SERIN_NEXT("Serin, next feature"),
  /** Serin's engine; each call begins a context and sets all six attributes by name. */
  SERIN_NAMED("Serin, by name"),
  /** LaunchDarkly's server SDK. */
  LAUNCHDARKLY("LaunchDarkly 7.13.0"),
  /** Split's client. */
  SPLIT("Split 4.18.2");

  /** Enough that no branch is foreseen, few enough for a second-level cache. */
  private static final int CACHED_CONTEXTS = 1_024;

  private final String title;

  Contestant(String title) {
    this.title = title;
  }

  /** Name and version for tables. */
  public String title() {
    return title;
  }

  /**
   * Returns true where the workload is work for it: where building the context is part of it, Serin
   * builds it by name.
   */
  public boolean takes(Workload workload) {
    return switch (this) {
      case SERIN_RAW -> !workload.buildsContext();
      // A context that has asked a segment once remembers the answer, and not the list is measured.
      case SERIN_RESOLVED, SERIN_NEXT ->
          !workload.buildsContext() && workload.kind() != Workload.Kind.ALLOW_LIST;
      case SERIN_NAMED -> workload.buildsContext();
      case LAUNCHDARKLY, SPLIT -> true;
    };
  }

  /** Returns how many users the benchmark asks for in turn. */
  int users(Workload workload) {
    return this == SERIN_NEXT ? CACHED_CONTEXTS : workload.users();
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
      case SERIN_RESOLVED, SERIN_NEXT -> serin(workload, scale, SerinEvaluator.Knowledge.RESOLVED);
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
