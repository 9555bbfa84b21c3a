/**
 * The command line: what people and scripts do with a server over its public gRPC API, and the two
 * commands that start one. Knows the server only as {@link ServerLauncher}.
 */
@NullMarked
package dev.serin.server.cli;

import org.jspecify.annotations.NullMarked;
