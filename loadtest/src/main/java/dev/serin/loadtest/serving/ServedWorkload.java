package dev.serin.loadtest.serving;

import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.SerinDocuments;
import dev.serin.loadtest.workload.Targeting;
import dev.serin.loadtest.workload.Users;
import dev.serin.loadtest.workload.Workload;
import dev.serin.v1.EvaluateResponse;
import io.grpc.ManagedChannel;
import java.util.List;

/** The feature of W2 on a running server, and whether the server answers it as it must. */
final class ServedWorkload {

  /** Key of the feature. */
  static final String FEATURE = Targeting.key(0);

  private ServedWorkload() {}

  /**
   * Applies the feature and asks for every user of the load once.
   *
   * @return one of the answers
   * @throws IllegalStateException where an answer is not what the rules say
   */
  static EvaluateResponse prepare(Target target) {
    ManagedChannel channel = target.channel();
    try {
      Namespaces namespaces = new Namespaces(channel);
      namespaces.create();
      namespaces.apply(SerinDocuments.of(Workload.W2, Scale.FULL));
      EvaluateResponse last =
          namespaces.awaitServed(EvaluateCalls.request(Namespaces.NAME, FEATURE, 0));
      Targeting targeting = new Targeting(0, Workload.W2.kind(), Scale.FULL);
      List<Users.User> users = Users.first(EvaluateCalls.USERS);
      List<Targeting.Answer> answers = targeting.answers(users);
      for (int user = 0; user < users.size(); user++) {
        last = namespaces.evaluate(EvaluateCalls.request(Namespaces.NAME, FEATURE, user));
        if (answers.get(user) == Targeting.Answer.ON && !last.getValue().getBoolValue()) {
          throw new IllegalStateException(
              "%s: %s (expected: on, a rule names the user)".formatted(users.get(user), last));
        }
      }
      return last;
    } finally {
      channel.shutdownNow();
    }
  }
}
