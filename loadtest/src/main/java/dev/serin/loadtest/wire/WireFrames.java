package dev.serin.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** What a connection does with the frames it receives, and the limits they set. */
@SuppressWarnings("FutureReturnValueIgnored") // what cannot be written closes the connection
final class WireFrames extends Http2FrameAdapter {

  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");

  private final WireConnection connection;
  private final int receiveWindowBytes;
  private long maxStreams = Long.MAX_VALUE;
  private long sendWindowBytes = Http2CodecUtil.DEFAULT_WINDOW_SIZE;
  private int consumedBytes;

  WireFrames(WireConnection connection, int receiveWindowBytes) {
    this.connection = connection;
    this.receiveWindowBytes = receiveWindowBytes;
  }

  /** Calls the server takes at once. */
  long maxStreams() {
    return maxStreams;
  }

  /** Bytes the server takes now. */
  long sendWindowBytes() {
    return sendWindowBytes;
  }

  void sent(int bytes) {
    sendWindowBytes -= bytes;
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean endOfStream) {
    int bytes = data.readableBytes() + padding;
    WireConnection.OpenCall call = connection.call(streamId);
    if (call != null) {
      call.answerBytes += data.readableBytes();
    }
    if (endOfStream) {
      connection.end(streamId, CallEnd.STREAM_BROKEN);
    }
    consumedBytes += bytes;
    if (consumedBytes > receiveWindowBytes / 2) {
      connection
          .writer()
          .writeWindowUpdate(
              context, Http2CodecUtil.CONNECTION_STREAM_ID, consumedBytes, context.newPromise());
      consumedBytes = 0;
    }
    return bytes;
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int streamId,
      Http2Headers headers,
      int padding,
      boolean endOfStream) {
    if (!endOfStream) {
      return;
    }
    WireConnection.OpenCall call = connection.call(streamId);
    if (call != null) {
      boolean answered = call.answerBytes >= PreparedCalls.MESSAGE_HEADER_BYTES;
      connection.end(streamId, CallEnd.of(headers.get(GRPC_STATUS), answered));
    }
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int streamId,
      Http2Headers headers,
      int streamDependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean endOfStream) {
    onHeadersRead(context, streamId, headers, padding, endOfStream);
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext context, int streamId, long errorCode) {
    connection.end(streamId, CallEnd.STREAM_BROKEN);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
    Long streams = settings.maxConcurrentStreams();
    if (streams != null) {
      maxStreams = streams;
    }
    connection.writer().writeSettingsAck(context, context.newPromise());
    context.flush();
    connection.onSettings();
    connection.onCapacity();
  }

  @Override
  public void onPingRead(ChannelHandlerContext context, long data) {
    connection.writer().writePing(context, true, data, context.newPromise());
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment) {
    if (streamId == Http2CodecUtil.CONNECTION_STREAM_ID) {
      sendWindowBytes += increment;
      connection.onCapacity();
    }
  }

  @Override
  public void onGoAwayRead(
      ChannelHandlerContext context, int lastStreamId, long errorCode, ByteBuf debugData) {
    connection.drain(
        "GOAWAY %d %s".formatted(errorCode, debugData.toString(StandardCharsets.UTF_8)));
  }
}
