package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import dev.serin.v1.ReportOutcomeResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * One call of ReportOutcome. gRPC's threads leave what comes and ring; all else is for the
 * reporter's thread.
 */
final class ReportStream {
  private final ClientCall<ByteString, ReportOutcomeResponse> call;
  private final Queue<ReportOutcomeResponse> answers = new ConcurrentLinkedQueue<>();
  private volatile @Nullable StreamEnd end;
  private boolean halfClosed;

  ReportStream(Channel channel, Runnable ring) {
    // What gRPC's threads do here is leaving things: they may do it themselves.
    call = channel.newCall(ReportMessage.METHOD, CallOptions.DEFAULT.withExecutor(Runnable::run));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(ReportOutcomeResponse answer) {
            answers.add(answer);
            ring.run();
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            end = StreamEnd.of(status, trailers);
            ring.run();
          }

          @Override
          public void onReady() {
            ring.run();
          }
        },
        new Metadata());
    call.request(1);
  }

  /** How it ended; null: it goes on. Look before {@link #poll}: no answer comes after the end. */
  @Nullable StreamEnd end() {
    return end;
  }

  /** The next answer; null: none is there. */
  @Nullable ReportOutcomeResponse poll() {
    ReportOutcomeResponse answer = answers.poll();
    if (answer != null) {
      call.request(1);
    }
    return answer;
  }

  /** False: what was sent before has not left yet. */
  boolean isReady() {
    return end == null && !halfClosed && call.isReady();
  }

  void send(ByteString message) {
    call.sendMessage(message);
  }

  /** Nothing more will be sent. */
  void halfClose() {
    if (!halfClosed) {
      halfClosed = true;
      call.halfClose();
    }
  }

  void cancel(String why) {
    call.cancel(why, null);
  }
}
