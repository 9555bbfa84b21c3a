package dev.serin.server;

import dev.serin.v1.OutcomeServiceGrpc;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrame;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client that sends the beginnings of messages and never their ends, on a connection of its own.
 */
final class PartialMessages implements AutoCloseable {
  private static final String STATUS = "grpc-status";

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel connection;
  private final LinkedBlockingQueue<String> ends = new LinkedBlockingQueue<>();

  PartialMessages(int port) throws InterruptedException {
    connection =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(Http2FrameCodecBuilder.forClient().build())
                        .addLast(new Http2MultiplexHandler(new Ends()));
                  }
                })
            .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .sync()
            .channel();
  }

  /** Opens a stream of outcomes, and sends a part of its first message. */
  void send(int messageBytes, int sentBytes) throws InterruptedException {
    Channel stream =
        new Http2StreamChannelBootstrap(connection).handler(new Ends()).open().sync().getNow();
    var headers =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .authority("serin")
            .path("/" + OutcomeServiceGrpc.getReportOutcomeMethod().getFullMethodName())
            .set("content-type", "application/grpc")
            .set("te", "trailers");
    ByteBuf part = Unpooled.buffer(5 + sentBytes);
    part.writeByte(0).writeInt(messageBytes).writeZero(sentBytes);
    // Not waited for: the server's window decides how much of it goes.
    var _ = stream.write(new DefaultHttp2HeadersFrame(headers));
    var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(part));
  }

  /** The gRPC status codes of the streams that the server has ended. */
  LinkedBlockingQueue<String> ends() {
    return ends;
  }

  /** Cuts the connection. */
  @Override
  public void close() {
    connection.close().awaitUninterruptibly();
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Takes the trailers of streams. */
  @ChannelHandler.Sharable
  private final class Ends extends SimpleChannelInboundHandler<Http2StreamFrame> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
      if (frame instanceof Http2HeadersFrame headers && headers.headers().contains(STATUS)) {
        ends.add(headers.headers().get(STATUS).toString());
      }
    }
  }
}
