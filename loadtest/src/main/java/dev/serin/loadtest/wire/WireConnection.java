package dev.serin.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection of the load generator. Frames of calls are collected and written together:
 * by {@link #flush} or when everything that has arrived has been read. Used by its event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what cannot be written closes the connection
final class WireConnection extends ByteToMessageDecoder {

  /** Stream ids are odd and end at 2^31 - 1. */
  private static final int LAST_STREAM_ID = Integer.MAX_VALUE - 2;

  /** Window for responses: answers are never held back. */
  private static final int RECEIVE_WINDOW_BYTES = 1 << 30;

  private static final int OUT_BUFFER_BYTES = 64 * 1024;

  /** Told of every call's end and whenever calls can be sent again. */
  interface Listener {
    /** The call ended; after it another can be started. */
    void onEnd(WireConnection connection, long startNanos, CallEnd end);

    /** Windows or limits grew. */
    void onCapacity(WireConnection connection);

    /** The connection is gone; its open calls have been ended before. */
    void onClosed(WireConnection connection);
  }

  private final PreparedCalls calls;
  private final CompletableFuture<WireConnection> ready = new CompletableFuture<>();
  private final Http2FrameReader reader =
      new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(false));
  private final Http2FrameWriter writer = new DefaultHttp2FrameWriter();
  private final WireFrames frames = new WireFrames(this, RECEIVE_WINDOW_BYTES);
  private final IntObjectMap<OpenCall> open = new IntObjectHashMap<>(1_024);
  private final ArrayDeque<OpenCall> unused = new ArrayDeque<>();

  private @Nullable ChannelHandlerContext context;
  private @Nullable Listener listener;
  private @Nullable ByteBuf out;
  private int nextStreamId = 1;
  private boolean draining;
  private String closeReason = "connection closed";

  /** What is known of a call until its trailers arrive. Reused. */
  static final class OpenCall {
    long startNanos;
    int answerBytes;
  }

  WireConnection(PreparedCalls calls) {
    this.calls = calls;
  }

  /** Completes when the server has told its limits. */
  CompletableFuture<WireConnection> ready() {
    return ready;
  }

  /** Whom to tell from now on; null: nobody. */
  void listen(@Nullable Listener newListener) {
    listener = newListener;
  }

  int openCalls() {
    return open.size();
  }

  boolean isOpen() {
    return context != null && context.channel().isActive() && !draining;
  }

  Channel channel() {
    return context().channel();
  }

  /**
   * Starts a call unless the server's limits forbid it for now.
   *
   * @param startNanos what its latency is counted from
   * @return false where it was not started
   */
  boolean start(int message, long startNanos) {
    int bytes = calls.dataBytes(message);
    if (!isOpen()
        || open.size() >= frames.maxStreams()
        || frames.sendWindowBytes() < bytes
        || nextStreamId > LAST_STREAM_ID) {
      return false;
    }
    frames.sent(bytes);
    OpenCall call = unused.isEmpty() ? new OpenCall() : unused.pop();
    call.startNanos = startNanos;
    call.answerBytes = 0;
    open.put(nextStreamId, call);
    if (out == null) {
      out = context().alloc().buffer(OUT_BUFFER_BYTES);
    }
    calls.write(out, nextStreamId == 1, message, nextStreamId);
    nextStreamId += 2;
    return true;
  }

  /** Writes what was started. */
  void flush() {
    ByteBuf collected = out;
    out = null;
    if (collected != null) {
      context().writeAndFlush(collected, context().voidPromise());
    } else {
      context().flush();
    }
  }

  @Nullable OpenCall call(int streamId) {
    return open.get(streamId);
  }

  void end(int streamId, CallEnd end) {
    OpenCall call = open.remove(streamId);
    if (call == null) {
      return;
    }
    unused.push(call);
    if (listener != null) {
      listener.onEnd(this, call.startNanos, end);
    }
  }

  void onCapacity() {
    if (listener != null) {
      listener.onCapacity(this);
    }
  }

  /** No further call is started; those open are answered. */
  void drain(String reason) {
    draining = true;
    closeReason = reason;
  }

  void onSettings() {
    ready.complete(this);
  }

  Http2FrameWriter writer() {
    return writer;
  }

  @Override
  public void channelActive(ChannelHandlerContext channelContext) {
    context = channelContext;
    channelContext.write(Http2CodecUtil.connectionPrefaceBuf());
    writer.writeSettings(
        channelContext,
        new Http2Settings().pushEnabled(false).initialWindowSize(RECEIVE_WINDOW_BYTES),
        channelContext.newPromise());
    writer.writeWindowUpdate(
        channelContext,
        Http2CodecUtil.CONNECTION_STREAM_ID,
        RECEIVE_WINDOW_BYTES - Http2CodecUtil.DEFAULT_WINDOW_SIZE,
        channelContext.newPromise());
    channelContext.flush();
  }

  @Override
  protected void decode(ChannelHandlerContext channelContext, ByteBuf in, List<Object> decoded)
      throws Http2Exception {
    reader.readFrame(channelContext, in, frames);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext channelContext) throws Exception {
    super.channelReadComplete(channelContext);
    flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext channelContext) throws Exception {
    super.channelInactive(channelContext);
    draining = true;
    ready.completeExceptionally(new IllegalStateException(closeReason));
    for (int streamId : new ArrayList<>(open.keySet())) {
      end(streamId, CallEnd.CONNECTION_LOST);
    }
    if (listener != null) {
      listener.onClosed(this);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext channelContext, Throwable cause) {
    drain(cause.toString());
    channelContext.close();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext channelContext) {
    reader.close();
    writer.close();
    if (out != null) {
      out.release();
      out = null;
    }
  }

  private ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("connection: not active (expected: connected before)");
    }
    return context;
  }
}
