package dev.serin.loadtest.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Document;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Feature;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetingTest {

  private static final Scale SMALL = new Scale(10, 100);

  @Test
  void lists_haveTheSizesTheWorkloadsAreNamedFor() {
    Targeting targeting = new Targeting(3, Workload.Kind.RULES, Scale.FULL);

    assertThat(new HashSet<>(targeting.countries())).hasSize(50);
    assertThat(new HashSet<>(targeting.allowList())).hasSize(1_000);
    assertThat(new HashSet<>(targeting.largeAllowList())).hasSize(1_000_000);
  }

  @Test
  void answers_rules_followCountryVersionAndAllowList() {
    Targeting targeting = new Targeting(0, Workload.Kind.RULES, SMALL);
    String inside = targeting.countries().getFirst();

    assertThat(
            targeting.answers(
                List.of(
                    user("nobody-1", inside, "2.3.0"),
                    user("nobody-2", inside, "2.2.9"),
                    user("nobody-3", inside, "10.0.0"),
                    user("nobody-4", "ZZ", "4.0.0"),
                    user(targeting.allowList().getLast(), "ZZ", "1.0.0"))))
        .containsExactly(
            Targeting.Answer.ON,
            Targeting.Answer.BY_HASH,
            Targeting.Answer.ON,
            Targeting.Answer.BY_HASH,
            Targeting.Answer.ON);
  }

  @Test
  void answers_allowList_areOnForMembersAndOffForOthers() {
    Targeting targeting = new Targeting(0, Workload.Kind.ALLOW_LIST, SMALL);

    assertThat(targeting.answers(List.of(Users.of(4), Users.of(5))))
        .containsExactly(Targeting.Answer.ON, Targeting.Answer.OFF);
  }

  @Test
  void users_membersAndOthers_areApart() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(Workload.W4_MEMBER.userNumber(i) % 2).isZero();
      assertThat(Workload.W4_OTHER.userNumber(i) % 2).isOne();
    }
  }

  @Test
  void users_ofTheWholeRun_coverEveryCountryAndVersion() {
    List<Users.User> users = Users.first(Users.COUNT);

    assertThat(users.stream().map(Users.User::country).distinct()).hasSize(100);
    assertThat(users.stream().map(Users.User::appVersion).distinct()).hasSize(20);
    assertThat(users.stream().map(Users.User::age)).allMatch(age -> age >= 18 && age <= 77);
  }

  @Test
  void documents_rules_areOneFeatureWithTwoRulesAndAShare() {
    List<Document> documents = SerinDocuments.of(Workload.W2, SMALL);

    assertThat(documents).hasSize(1);
    Feature feature = documents.getFirst().getFeature();
    assertThat(feature.getRulesList()).hasSize(2);
    assertThat(feature.getRules(0).getWhen(0).getInList()).hasSize(50);
    assertThat(feature.getRules(1).getWhen(0).getInList()).hasSize(1_000);
    assertThat(feature.getSplits(0).getWeights(0).getWeight()).isEqualTo(25);
  }

  @Test
  void request_anyUser_hasSixAttributes() {
    EvaluateRequest request = SerinDocuments.request("bench", "flag-0", Users.of(1));

    assertThat(request.getAttributes().getFieldsMap()).hasSize(Users.ATTRIBUTES);
    assertThat(request.getUserKey()).isEqualTo("user-1");
  }

  private static Users.User user(String key, String country, String version) {
    return new Users.User(key, country, version, "free", "web", 20, false);
  }
}
