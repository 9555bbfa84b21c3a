package dev.serin.client.outcome;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;

/** Does something before each call is made: waits, as a rule. */
record StuckInterceptor(Runnable before) implements ClientInterceptor {
  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    before.run();
    return next.newCall(method, options);
  }
}
