/** Reads the bytes of messages, where a call is too frequent for message objects. */
@NullMarked
package dev.serin.server.wire;

import org.jspecify.annotations.NullMarked;
