package dev.serin.server.http;

import java.time.Duration;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What bounds the bodies of requests, by the full name of the method that is called.
 *
 * @param rooms where a method's bodies take their room
 * @param bytesMax limit of a method's body
 * @param timeMax how long a request may take, from its begin until it is answered
 */
public record BodyLimits(
    Function<String, RequestRoom> rooms, ToLongFunction<String> bytesMax, Duration timeMax) {}
