/**
 * A gRPC client for unary calls with prepared requests: it costs a fraction of what the server
 * costs per call, so that the server is what is measured.
 */
@NullMarked
package dev.serin.loadtest.wire;

import org.jspecify.annotations.NullMarked;
