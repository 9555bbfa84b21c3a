package dev.serin.server.catalog;

/** A namespace has another revision than the one that something was decided on: decide again. */
public final class StaleNamespaceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StaleNamespaceException(String namespace, long expected, long actual) {
    super(
        "namespace \"" + namespace + "\": revision " + actual + " (expected: " + expected + ")",
        null,
        false,
        false);
  }
}
