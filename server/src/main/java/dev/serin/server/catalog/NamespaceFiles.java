package dev.serin.server.catalog;

/**
 * What the directory holds for one namespace.
 *
 * @param namespace name of the namespace
 * @param documents the documents of its files, and what is wrong with them
 * @param files how many files there are
 * @param fingerprint hash of the files' names and bytes: equal where nothing changed
 */
record NamespaceFiles(String namespace, ParsedDocuments documents, int files, String fingerprint) {}
