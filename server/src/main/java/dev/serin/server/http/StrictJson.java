package dev.serin.server.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.common.grpc.GrpcJsonMarshaller;
import dev.serin.server.error.ApiException;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Messages as the proto JSON mapping writes them. Unlike its usual readers it refuses a field it
 * does not know (a misspelt one would otherwise count as absent) and what is no {@link JsonText}.
 */
final class StrictJson implements GrpcJsonMarshaller {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace();
  private static final JsonFormat.Parser PARSER = JsonFormat.parser();

  @Override
  public <T> void serializeMessage(Marshaller<T> marshaller, T message, OutputStream out)
      throws IOException {
    if (!(message instanceof MessageOrBuilder printable)) {
      throw new IllegalArgumentException(message.getClass() + " (expected: a proto message)");
    }
    out.write(PRINTER.print(printable).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public <T> T deserializeMessage(Marshaller<T> marshaller, InputStream in) throws IOException {
    if (!(marshaller instanceof PrototypeMarshaller<T> typed)
        || !(typed.getMessagePrototype() instanceof Message prototype)) {
      throw new IllegalArgumentException(marshaller + " (expected: one of proto messages)");
    }
    Message.Builder builder = prototype.newBuilderForType();
    try (in) {
      PARSER.merge(JsonText.read(in.readAllBytes()), builder);
    } catch (InvalidProtocolBufferException | ApiException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new InvalidProtocolBufferException(String.valueOf(e.getMessage()), e);
    }
    return typed.getMessageClass().cast(builder.build());
  }
}
