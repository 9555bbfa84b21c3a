/**
 * Where everything that must last is kept: connections, transactions, migrations and signals of
 * change, over SQLite or PostgreSQL. Each domain keeps its own SQL.
 */
@NullMarked
package dev.serin.server.store;

import org.jspecify.annotations.NullMarked;
