package dev.serin.server;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;

/**
 * The messages in the details of errors ({@code google.rpc.ErrorInfo} and its like), told to
 * reflection.
 *
 * <p>Details travel as {@code Any}, so no file of the API imports them; but a tool that knows the
 * API by reflection alone can print only what reflection knows. Reflection knows the files of the
 * services and what they import, so one of them is said to import the details too.
 */
final class ReflectedErrors {
  private ReflectedErrors() {}

  /** The file of a service, importing the details of errors besides its own imports. */
  static ProtoFileDescriptorSupplier besides(ServiceDescriptor service) {
    var schema = (ProtoFileDescriptorSupplier) requireNonNull(service.getSchemaDescriptor());
    FileDescriptor file = schema.getFileDescriptor();
    FileDescriptor details = ErrorDetailsProto.getDescriptor();
    List<FileDescriptor> imports = new ArrayList<>(file.getDependencies());
    imports.add(details);
    try {
      FileDescriptor extended =
          FileDescriptor.buildFrom(
              file.toProto().toBuilder().addDependency(details.getFullName()).build(),
              imports.toArray(FileDescriptor[]::new));
      return () -> extended;
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("a valid file and one more import", e);
    }
  }
}
