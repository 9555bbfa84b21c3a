package dev.serin.server.cli;

import com.google.protobuf.Message;
import dev.serin.server.error.ErrorInterceptor;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Serin's API on a loopback port: remembers what it is asked and answers, call by call, what a test
 * put in. It shows what a command sends and how it prints an answer with fixed times.
 */
final class FakeApi implements AutoCloseable {
  /** The answer of a stream after which it is over. */
  static final Object END = new Object();

  private final List<Message> requests = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Queue<Object>> answers = new HashMap<>();
  private final Server server;

  FakeApi() throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .directExecutor()
            .intercept(new ErrorInterceptor())
            .addService(service(FeatureServiceGrpc.getServiceDescriptor()))
            .addService(service(DecisionServiceGrpc.getServiceDescriptor()))
            .addService(service(AnalysisServiceGrpc.getServiceDescriptor()))
            .addService(service(RolloutServiceGrpc.getServiceDescriptor()))
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The next answer of a method: a message, or an exception to refuse with. */
  FakeApi will(String method, Object answer) {
    synchronized (answers) {
      answers.computeIfAbsent(method, name -> new ArrayDeque<>()).add(answer);
    }
    return this;
  }

  /** Runs a command against this server. */
  Run run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--server=" + address());
    return Run.of(all.toArray(String[]::new));
  }

  <M extends Message> M request(int index, Class<M> type) {
    return type.cast(requests.get(index));
  }

  List<Message> requests() {
    return requests;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private ServerServiceDefinition service(ServiceDescriptor descriptor) {
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor);
    for (MethodDescriptor<?, ?> method : descriptor.getMethods()) {
      if (method.getType() == MethodDescriptor.MethodType.UNARY) {
        add(service, method);
      }
    }
    for (MethodDescriptor<?, ?> method : descriptor.getMethods()) {
      if (method.getType() == MethodDescriptor.MethodType.BIDI_STREAMING) {
        addUnanswered(service, method);
      } else if (method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
        addStream(service, method);
      }
    }
    return service.build();
  }

  private <Q, R> void add(ServerServiceDefinition.Builder service, MethodDescriptor<Q, R> method) {
    ServerCallHandler<Q, R> handler =
        ServerCalls.asyncUnaryCall(
            (request, observer) -> {
              requests.add((Message) request);
              Object answer = next(method);
              if (answer instanceof RuntimeException refusal) {
                throw refusal;
              } else if (answer == null) {
                throw new AssertionError("no answer for " + method.getBareMethodName());
              }
              @SuppressWarnings("unchecked")
              R response = (R) answer;
              observer.onNext(response);
              observer.onCompleted();
            });
    service.addMethod(method, handler);
  }

  /** Sends all answers there are; the call goes on after them, unless one ends it. */
  private <Q, R> void addStream(
      ServerServiceDefinition.Builder service, MethodDescriptor<Q, R> method) {
    service.addMethod(
        method,
        ServerCalls.asyncServerStreamingCall(
            (request, observer) -> {
              requests.add((Message) request);
              for (Object answer = next(method); answer != null; answer = next(method)) {
                if (answer instanceof RuntimeException refusal) {
                  throw refusal;
                } else if (answer.equals(END)) {
                  observer.onCompleted();
                  return;
                }
                @SuppressWarnings("unchecked")
                R response = (R) answer;
                observer.onNext(response);
              }
            }));
  }

  private @Nullable Object next(MethodDescriptor<?, ?> method) {
    synchronized (answers) {
      Queue<Object> left = answers.get(method.getBareMethodName());
      return left == null ? null : left.poll();
    }
  }

  private static <Q, R> void addUnanswered(
      ServerServiceDefinition.Builder service, MethodDescriptor<Q, R> method) {
    service.addMethod(
        method,
        ServerCalls.asyncBidiStreamingCall(
            observer -> ServerCalls.asyncUnimplementedStreamingCall(method, observer)));
  }
}
