package dev.serin.server.http;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.List;

/**
 * Services reduced to their unary methods: what a person can call with JSON.
 *
 * @param definitions the services; their streaming methods are left out
 */
public record UnaryServices(List<ServerServiceDefinition> definitions) {
  public UnaryServices {
    definitions = definitions.stream().map(UnaryServices::unary).toList();
  }

  private static ServerServiceDefinition unary(ServerServiceDefinition service) {
    ServiceDescriptor whole = service.getServiceDescriptor();
    var descriptor =
        ServiceDescriptor.newBuilder(whole.getName())
            .setSchemaDescriptor(whole.getSchemaDescriptor());
    whole.getMethods().stream()
        .filter(method -> method.getType() == MethodType.UNARY)
        .forEach(descriptor::addMethod);
    var definition = ServerServiceDefinition.builder(descriptor.build());
    service.getMethods().stream()
        .filter(method -> method.getMethodDescriptor().getType() == MethodType.UNARY)
        .forEach(definition::addMethod);
    return definition.build();
  }
}
