/** Namespaces and their documents: files, validation, revisions, history, and what is served. */
@NullMarked
package dev.serin.server.catalog;

import org.jspecify.annotations.NullMarked;
