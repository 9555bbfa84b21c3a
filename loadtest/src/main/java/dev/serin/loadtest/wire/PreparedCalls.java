package dev.serin.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.util.Arrays;
import java.util.List;

/**
 * The calls of a run as HTTP/2 frames, ready but for the stream's id. Headers are compressed as an
 * ordinary client does: spelled out in a connection's first call, indexed in all later ones.
 * Immutable but for the buffers it is given.
 */
public final class PreparedCalls {

  /** Length, type, flags, stream id. */
  static final int FRAME_HEADER_BYTES = 9;

  /** Compressed flag and length before a gRPC message. */
  static final int MESSAGE_HEADER_BYTES = 5;

  /** A DATA frame that any server takes; prepared requests are far smaller. */
  static final int MAX_FRAME_BYTES = 16_384;

  private static final int STREAM_ID_OFFSET = 5;

  private final byte[] firstHeaders;
  private final byte[] laterHeaders;
  private final byte[][] data;

  /**
   * Prepares calls of one method.
   *
   * @param authority host and port as a client would name them
   * @param path "/package.Service/Method"
   * @param messages serialised requests, at least one
   * @throws IllegalArgumentException where there is none or one does not fit into a frame
   */
  public PreparedCalls(String authority, String path, List<byte[]> messages) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages: none (expected: at least one)");
    }
    Http2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .path(path)
            .authority(authority)
            .add("te", "trailers")
            .add("content-type", "application/grpc")
            .add("user-agent", "serin-loadtest");
    firstHeaders = headersFrame(encoder, headers);
    laterHeaders = headersFrame(encoder, headers);
    if (!Arrays.equals(laterHeaders, headersFrame(encoder, headers))) {
      throw new IllegalStateException("headers: change (expected: indexed from the second on)");
    }
    data = messages.stream().map(PreparedCalls::dataFrame).toArray(byte[][]::new);
  }

  /** Returns how many different messages there are. */
  public int messages() {
    return data.length;
  }

  /** Returns the bytes of flow control a call of this message takes. */
  int dataBytes(int message) {
    return data[message].length - FRAME_HEADER_BYTES;
  }

  /** Appends the frames of one call. */
  void write(ByteBuf out, boolean first, int message, int streamId) {
    append(out, first ? firstHeaders : laterHeaders, streamId);
    append(out, data[message], streamId);
  }

  private static void append(ByteBuf out, byte[] frame, int streamId) {
    int start = out.writerIndex();
    out.writeBytes(frame);
    out.setInt(start + STREAM_ID_OFFSET, streamId);
  }

  private static byte[] headersFrame(Http2HeadersEncoder encoder, Http2Headers headers) {
    ByteBuf block = Unpooled.buffer();
    try {
      encoder.encodeHeaders(1, headers, block);
    } catch (Http2Exception e) {
      throw new IllegalArgumentException("headers: " + headers + " (expected: valid)", e);
    }
    return frame(Http2FrameTypes.HEADERS, Http2Flags.END_HEADERS, block);
  }

  private static byte[] dataFrame(byte[] message) {
    if (message.length + MESSAGE_HEADER_BYTES > MAX_FRAME_BYTES) {
      throw new IllegalArgumentException(
          "message: %d bytes (expected: at most %d)"
              .formatted(message.length, MAX_FRAME_BYTES - MESSAGE_HEADER_BYTES));
    }
    ByteBuf body = Unpooled.buffer().writeByte(0).writeInt(message.length).writeBytes(message);
    return frame(Http2FrameTypes.DATA, Http2Flags.END_STREAM, body);
  }

  private static byte[] frame(byte type, short flags, ByteBuf payload) {
    ByteBuf frame =
        Unpooled.buffer()
            .writeMedium(payload.readableBytes())
            .writeByte(type)
            .writeByte(flags)
            .writeInt(0)
            .writeBytes(payload);
    return ByteBufUtil.getBytes(frame);
  }
}
