package dev.serin.loadtest.serving;

import dev.serin.loadtest.wire.PreparedCalls;
import dev.serin.loadtest.workload.SerinDocuments;
import dev.serin.loadtest.workload.Users;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import java.util.ArrayList;
import java.util.List;

/** The Evaluate calls of a load: one feature, one user after another. */
final class EvaluateCalls {

  /** Different users: enough that no branch of the server is foreseen, few enough for a cache. */
  static final int USERS = 4_096;

  private EvaluateCalls() {}

  /** Returns calls for {@link #USERS} users. */
  static PreparedCalls of(Target target, String namespace, String feature) {
    List<byte[]> messages = new ArrayList<>(USERS);
    for (int user = 0; user < USERS; user++) {
      messages.add(request(namespace, feature, user).toByteArray());
    }
    return new PreparedCalls(
        target.authority(),
        "/" + DecisionServiceGrpc.getEvaluateMethod().getFullMethodName(),
        messages);
  }

  /** Returns the request for the user of this number. */
  static EvaluateRequest request(String namespace, String feature, int user) {
    return SerinDocuments.request(namespace, feature, Users.of(user));
  }
}
