package dev.serin.engine;

/** A statement about the value of an attribute; of a list it holds if it does for one element. */
abstract class AttributeMatcher extends Matcher {
  private final int slot;

  AttributeMatcher(int slot) {
    this.slot = slot;
  }

  @Override
  final boolean matches(EvaluationContext context) {
    Frame frame = context;
    int kind = frame.kind(slot);
    return kind == Frame.LIST ? matchesElement(frame) : matches(frame, slot, kind);
  }

  private boolean matchesElement(Frame frame) {
    int first = frame.firstElement(slot);
    int end = first + frame.elementCount(slot);
    for (int element = first; element < end; element++) {
      if (matches(frame, element, frame.kind(element))) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether it holds for the value of a slot, which is of this kind and no list. */
  abstract boolean matches(Frame frame, int at, int kind);
}
