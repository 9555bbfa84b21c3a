package dev.serin.engine;

import dev.serin.v1.Layer;

/**
 * A layer, compiled.
 *
 * @param document the layer
 * @param unit what its draw is made from
 * @param salt its salt
 * @param saltHash hash of the salt
 * @param total number of its slots
 */
record CompiledLayer(Layer document, Unit unit, String salt, long saltHash, long total) {
  static CompiledLayer of(String namespace, Layer layer, SchemaBuilder schema) {
    String salt =
        layer.getSalt().isEmpty()
            ? Bucketing.layerSalt(namespace, layer.getKey())
            : layer.getSalt();
    return new CompiledLayer(
        layer, Unit.of(layer.getUnit(), schema), salt, Bucketing.hash(salt), Totals.of(layer));
  }

  /** Returns the draw of this call's unit; it has one. */
  long draw(EvaluationContext context) {
    return Bucketing.draw(unit.hash(context), saltHash);
  }
}
