package dev.serin.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.serin.house.planted.catalog.ReadsClock;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What is pure stays pure: engine, aggregates and statistics get time and randomness as arguments.
 */
class PurityTest {
  private static final Pattern VAGUE_NAMES =
      Pattern.compile(".*(Util|Utils|Helper|Helpers|Manager|Impl)");

  /** Threads, locks, files, sockets, clocks and randomness of its own. */
  private static final DescribedPredicate<JavaClass> IMPURE_TYPE =
      resideInAnyPackage(
              "java.util.concurrent..",
              "java.io..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.net..",
              "java.sql..",
              "java.util.random..",
              "java.util.logging..",
              "java.security..",
              "org.slf4j..",
              "io.grpc..",
              "io.netty..")
          // A URI is a value; nothing is asked of the network by one.
          .and(not(nameMatching("java\\.net\\.URI(SyntaxException)?")))
          .or(assignableTo(Thread.class))
          .or(assignableTo(Random.class))
          .or(nameMatching("java\\.time\\.(Clock|InstantSource)"))
          .as("threads, files, sockets, clocks or randomness");

  /** Methods of pure types that read the machine's clock or draw by themselves. */
  private static final DescribedPredicate<JavaCall<?>> IMPURE_CALL =
      DescribedPredicate.describe(
          "clock or randomness of the machine", call -> isImpure(call.getTarget()));

  @Test
  void engine_types_areOnlyPureOnes() {
    classes()
        .that()
        .resideInAPackage("dev.serin.engine..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "dev.serin.engine..",
                "dev.serin.v1..",
                "java..",
                "com.google.protobuf..",
                "com.dynatrace.hash4j..",
                "com.google.re2j..",
                "org.jspecify..",
                "com.google.errorprone.annotations.."))
        .check(HouseClasses.ALL);
    pure("dev.serin.engine..").check(HouseClasses.ALL);
  }

  @Test
  void analysis_types_areOnlyPureOnes() {
    pure("dev.serin.server.analysis..").check(HouseClasses.ALL);
    noClasses()
        .that()
        .resideInAPackage("dev.serin.server.analysis..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("dev.serin..")
                .and(resideOutsideOfPackages("dev.serin.server.analysis..")))
        .allowEmptyShould(true)
        .check(HouseClasses.ALL);
  }

  @Test
  void rolloutTypes_butTheirSimulation_areOnlyPureOnes() {
    for (String part : new String[] {"plan", "machine", "policy", "evidence", "forecast"}) {
      pure("dev.serin.server.rollout." + part + "..").check(HouseClasses.ALL);
      calm("dev.serin.server.rollout." + part + "..").check(HouseClasses.ALL);
    }
  }

  @Test
  void aggregate_types_areOnlyPureOnes() {
    classes()
        .that()
        .resideInAPackage("dev.serin.server.outcome.aggregate..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "dev.serin.server.outcome.aggregate..",
                "dev.serin.engine..",
                "dev.serin.v1..",
                "java..",
                "org.roaringbitmap..",
                "org.jspecify.."))
        .check(HouseClasses.ALL);
    pure("dev.serin.server.outcome.aggregate..").check(HouseClasses.ALL);
  }

  @Test
  void calls_ofPureCode_readNoClockAndDrawNothing() {
    calm("dev.serin.engine..").check(HouseClasses.ALL);
    calm("dev.serin.server.analysis..").check(HouseClasses.ALL);
    calm("dev.serin.server.outcome.aggregate..").check(HouseClasses.ALL);
  }

  @Test
  void statics_ofTheService_holdNoState() {
    fields()
        .that()
        .areStatic()
        .and()
        .areDeclaredInClassesThat(
            resideInAnyPackage("dev.serin.engine..", "dev.serin.server..", "dev.serin.client.."))
        .should()
        .beFinal()
        .allowEmptyShould(true)
        .check(HouseClasses.ALL);
  }

  @Test
  void names_ofTypes_sayWhatTheyAre() {
    assertThat(HouseClasses.ALL)
        .filteredOn(type -> !type.getPackageName().startsWith("dev.serin.v1"))
        .filteredOn(type -> VAGUE_NAMES.matcher(type.getSimpleName()).matches())
        .isEmpty();
  }

  @Test
  void rules_plantedBreaches_areFound() {
    JavaClasses here = new ClassFileImporter().importClasses(ReadsClock.class);
    assertThat(pure("dev.serin.house..").evaluate(here).hasViolation()).isTrue();
    assertThat(calm("dev.serin.house..").evaluate(here).getFailureReport().getDetails()).hasSize(3);
  }

  private static ArchRule pure(String packages) {
    return noClasses()
        .that()
        .resideInAPackage(packages)
        .should()
        .dependOnClassesThat(IMPURE_TYPE)
        .allowEmptyShould(true);
  }

  private static ArchRule calm(String packages) {
    return noClasses()
        .that()
        .resideInAPackage(packages)
        .should()
        .callCodeUnitWhere(IMPURE_CALL)
        .allowEmptyShould(true);
  }

  private static boolean isImpure(AccessTarget.CodeUnitCallTarget target) {
    String owner = target.getOwner().getFullName();
    String name = target.getName();
    return switch (owner) {
      case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
      case "java.lang.Math" -> name.equals("random");
      case "java.util.UUID" -> name.equals("randomUUID");
      default ->
          (owner.startsWith("java.time.") && name.equals("now"))
              || (owner.equals("java.util.Date") && name.equals("<init>"));
    };
  }
}
