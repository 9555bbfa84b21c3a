/** The HTTP port: metrics, health, and the unary services as JSON. */
@NullMarked
package dev.serin.server.http;

import org.jspecify.annotations.NullMarked;
