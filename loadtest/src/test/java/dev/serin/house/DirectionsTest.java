package dev.serin.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Dependencies point one way: proto, engine, then server and client-sdk, then loadtest; and inside
 * the server as {@link Directions} says.
 */
class DirectionsTest {
  /** Each module's package with the packages it must not see. */
  private static final Map<String, List<String>> UNSEEN =
      Map.of(
          "dev.serin.v1",
          List.of("dev.serin.engine..", "dev.serin.server..", "dev.serin.client.."),
          "dev.serin.engine",
          List.of("dev.serin.server..", "dev.serin.client..", "dev.serin.loadtest.."),
          "dev.serin.server",
          List.of("dev.serin.client..", "dev.serin.loadtest.."),
          "dev.serin.client",
          List.of("dev.serin.server..", "dev.serin.loadtest.."));

  private static final String PLANTED = "dev.serin.house.planted";

  @Test
  void classes_ofEveryModule_areSeen() {
    assertThat(House.PACKAGE_OF_MODULE.values())
        .allSatisfy(name -> assertThat(HouseClasses.ALL.containPackage(name)).as(name).isTrue());
  }

  @TestFactory
  Stream<DynamicTest> modules() {
    return UNSEEN.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey() + " does not see " + entry.getValue(),
                    () -> unseen(entry.getKey(), entry.getValue()).check(HouseClasses.ALL)));
  }

  @TestFactory
  Stream<DynamicTest> server() {
    return new Directions("dev.serin.server")
        .rules().stream()
            .map(
                rule ->
                    DynamicTest.dynamicTest(
                        rule.getDescription(), () -> rule.check(HouseClasses.ALL)));
  }

  @Test
  void packages_engineAndServer_haveNoCycles() {
    slices()
        .matching("dev.serin.(server|engine|client).(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(HouseClasses.ALL);
  }

  /** Each class planted below {@code planted} breaks one rule; together they break no other. */
  @Test
  void rules_plantedBreaches_areEachFound() {
    JavaClasses planted = new ClassFileImporter().importPackages(PLANTED);

    List<String> breaches =
        new Directions(PLANTED)
            .rules().stream()
                .map(rule -> rule.evaluate(planted).getFailureReport())
                .filter(report -> !report.isEmpty())
                .flatMap(report -> report.getDetails().stream())
                .toList();

    assertThat(breaches)
        .anySatisfy(
            text -> assertThat(text).contains("planted.analysis.").contains("planted.store."))
        .anySatisfy(
            text ->
                assertThat(text)
                    .contains("planted.catalog.")
                    .contains("dev.serin.house.planted.Root"))
        .anySatisfy(
            text -> assertThat(text).contains("planted.outcome.").contains("planted.decision."))
        .anySatisfy(text -> assertThat(text).contains("planted.stray."));
    assertThat(breaches).noneMatch(text -> text.contains("planted.decision.Right.rows"));
  }

  private static ArchRule unseen(String own, List<String> others) {
    return noClasses()
        .that()
        .resideInAPackage(own + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others.toArray(String[]::new));
  }
}
