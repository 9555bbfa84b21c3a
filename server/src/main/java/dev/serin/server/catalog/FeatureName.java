package dev.serin.server.catalog;

/**
 * A feature among those of all namespaces.
 *
 * @param namespace name of the namespace
 * @param feature key of the feature
 */
public record FeatureName(String namespace, String feature) {}
