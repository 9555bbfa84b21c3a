package dev.serin.loadtest.evaluation;

import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.Targeting;
import dev.serin.loadtest.workload.Users;
import dev.serin.loadtest.workload.Workload;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One evaluation of one workload by one contestant, user after user, the feature found by its name.
 * One thread: the index of the next user is plain.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class EvaluationBenchmark {

  /** Names asked for in turn; a power of two. */
  private static final int NAMES = 4_096;

  private static final long NAME_SEED = 7;

  private static final int COLLECTIONS = 3;

  /** The work. */
  @Param public Workload workload = Workload.W1;

  /** Who does it. */
  @Param public Contestant contestant = Contestant.SERIN_RAW;

  private Evaluator evaluator;
  private TemporaryDirectory directory;
  private Users.User[] users;
  private Object[] contexts;
  private String[] names;
  private int nextUser;
  private int nextName;

  /** Created by JMH; {@link #open} completes it. */
  @SuppressWarnings("NullAway.Init")
  public EvaluationBenchmark() {}

  /** Loads the features and builds all contexts, unless building them is measured. */
  @Setup
  public void open() throws IOException {
    directory = TemporaryDirectory.create();
    evaluator = contestant.open(workload, Scale.FULL, directory.path());
    users = new Users.User[contestant.users(workload)];
    contexts = new Object[workload.buildsContext() ? 0 : users.length];
    for (int i = 0; i < users.length; i++) {
      users[i] = Users.of(workload.userNumber(i));
    }
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] = evaluator.context(users[i]);
    }
    Random random = new Random(NAME_SEED);
    names = new String[NAMES];
    for (int i = 0; i < NAMES; i++) {
      names[i] = Targeting.key(random.nextInt(workload.features(Scale.FULL)));
    }
    settle();
  }

  /** Collects what loading left behind, so that everybody finds users and contexts side by side. */
  private static void settle() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
  }

  /** Stops the evaluator's threads and deletes its files. */
  @TearDown
  public void close() throws IOException {
    evaluator.close();
    directory.close();
  }

  /** One evaluation. */
  @Benchmark
  public boolean evaluate() {
    int user = nextUser + 1;
    if (user >= users.length) {
      user = 0;
    }
    nextUser = user;
    String name = names[nextName++ & (NAMES - 1)];
    return evaluator.isOn(
        name, contexts.length == 0 ? evaluator.context(users[user]) : contexts[user]);
  }
}
