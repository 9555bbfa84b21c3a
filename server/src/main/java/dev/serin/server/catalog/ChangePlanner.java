package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.DocumentValidator;
import dev.serin.engine.Violation;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentChange;
import dev.serin.v1.DocumentKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Decides what a change does to a namespace, without doing it. Stateless. */
final class ChangePlanner {
  /** Documents of one namespace: a hundred thousand compile in seconds and fit into memory. */
  static final int MAX_DOCUMENTS = 100_000;

  private final RolloutCheck rollouts;

  ChangePlanner(RolloutCheck rollouts) {
    this.rollouts = rollouts;
  }

  /** Compares and validates; a plan with violations must be refused. */
  ChangePlan plan(NamespaceState base, List<Target> targets) {
    List<PlannedWrite> writes = new ArrayList<>();
    List<DocumentChange> changes = new ArrayList<>();
    Set<DocumentId> changed = new HashSet<>();
    StateBuilder next = new StateBuilder(base);
    for (Target target : targets) {
      DocumentId id = target.id();
      VersionContent stored = VersionContent.of(base.documents().get(id));
      DocumentChange change = VersionContent.change(id, stored, target.content());
      if (change != null) {
        changes.add(change);
        changed.add(id);
        PlannedWrite write = planned(stored, target);
        writes.add(write);
        apply(next, base, target);
        begin(next, base, write);
      }
    }
    List<Violation> violations = writes.isEmpty() ? List.of() : check(base, next, changed);
    return new ChangePlan(base, writes, changes, targets.size() - writes.size(), violations);
  }

  private static PlannedWrite planned(@Nullable VersionContent stored, Target target) {
    Document before = stored == null ? null : stored.document();
    VersionContent content = target.content();
    if (content == null) {
      return new PlannedWrite(target.id(), Operation.DELETE, null, PeriodPlan.of(before, null));
    }
    return new PlannedWrite(
        target.id(),
        content.archived() ? Operation.ARCHIVE : Operation.PUT,
        content.document(),
        PeriodPlan.of(before, content.document()));
  }

  private static void apply(StateBuilder next, NamespaceState base, Target target) {
    VersionContent content = target.content();
    if (content == null) {
      next.remove(target.id());
      return;
    }
    next.put(
        target.id(),
        new StoredVersion(
            content.document(),
            base.revision() + 1,
            content.archived(),
            new Note("", ""),
            ChangeSource.CHANGE_SOURCE_UNSPECIFIED,
            0));
  }

  /** With a new counting period a run that is over no longer decides what its split serves. */
  private static void begin(StateBuilder next, NamespaceState base, PlannedWrite write) {
    for (PeriodStart start : write.periods()) {
      next.addPeriod(new PeriodRows.Row(write.id().key(), start, base.revision() + 1, 0));
    }
  }

  private List<Violation> check(NamespaceState base, StateBuilder next, Set<DocumentId> changed) {
    NamespaceState after = next.build(new NamespaceHead(base.name(), base.revision() + 1, 0, 0));
    if (after.documents().size() > MAX_DOCUMENTS) {
      throw ApiErrors.requestTooLarge(
          "namespace \"" + base.name() + "\"",
          after.documents().size() + " documents",
          MAX_DOCUMENTS + " documents");
    }
    List<Violation> violations =
        new ArrayList<>(DocumentValidator.validate(after.source(), changed));
    for (DocumentId id : changed) {
      StoredVersion stored = after.documents().get(id);
      if (id.kind() == DocumentKind.DOCUMENT_KIND_ROLLOUT && stored != null) {
        violations.addAll(ofRollout(id, stored.document()));
      }
    }
    if (violations.isEmpty()) {
      RunGuard.check(base, after, changed);
    }
    return violations;
  }

  private List<Violation> ofRollout(DocumentId id, Document document) {
    return rollouts.violations(document.getRollout()).stream()
        .map(
            violation ->
                new Violation(id.kind(), id.key(), violation.field(), violation.description()))
        .toList();
  }

  /** Throws where the plan may not be carried out. */
  static void requireValid(ChangePlan plan) {
    if (plan.violations().isEmpty()) {
      return;
    }
    if (plan.writes().size() == 1 && isRemoval(plan.writes().getFirst())) {
      // What is wrong now is that others refer to what is gone.
      Set<String> users = new TreeSet<>();
      plan.violations().forEach(violation -> users.add(DocumentIds.shown(id(violation))));
      throw ApiErrors.documentInUse(
          DocumentIds.shown(plan.writes().getFirst().id()), List.copyOf(users));
    }
    throw ApiErrors.invalidDocument(
        plan.violations().stream()
            .map(
                violation ->
                    new FieldViolation(
                        DocumentIds.shown(id(violation)),
                        violation.field(),
                        violation.description()))
            .toList());
  }

  private static boolean isRemoval(PlannedWrite write) {
    return switch (write.operation()) {
      case DELETE, ARCHIVE -> true;
      case PUT -> false;
    };
  }

  private static DocumentId id(Violation violation) {
    return new DocumentId(violation.kind(), violation.key());
  }
}
