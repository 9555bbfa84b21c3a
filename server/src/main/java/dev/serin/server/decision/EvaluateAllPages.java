package dev.serin.server.decision;

import com.google.common.collect.Lists;
import dev.serin.engine.CompiledFeature;
import dev.serin.engine.EvaluationContext;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.FeatureDecision;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** EvaluateAll: every feature of a namespace, page by page from one snapshot, counting nothing. */
final class EvaluateAllPages {
  private final Evaluations evaluations;
  private final PagedSnapshots paged = new PagedSnapshots();

  EvaluateAllPages(Evaluations evaluations) {
    this.evaluations = evaluations;
  }

  /** Shows how the snapshots that are kept for further pages are used. */
  void register(MeterRegistry registry) {
    paged.register(registry);
  }

  EvaluateAllResponse page(EvaluateAllRequest request) {
    new RequestCheck()
        .size(request.getSerializedSize())
        .user(request.getUserKey(), request.getAttributes())
        .pageSize(request.getPageSize())
        .done();
    ServedSnapshot snapshot = evaluations.snapshot(request.getNamespace());
    int from = 0;
    if (!request.getPageToken().isEmpty()) {
      PageToken token = PageToken.of(request);
      snapshot = paged.at(snapshot, token.revision());
      from = placeAfter(snapshot.snapshot().features(), token.after());
    }
    List<CompiledFeature> features = snapshot.snapshot().features();
    int size = request.getPageSize() == 0 ? RequestLimits.PAGE_MAX : request.getPageSize();
    int until = Math.min(features.size(), from + size);
    var response = EvaluateAllResponse.newBuilder().setRevision(snapshot.snapshot().revision());
    EvaluationContext context =
        evaluations.begin(snapshot, request.getUserKey(), request.getAttributes());
    int sizeBytes = 0;
    int next = from;
    while (next < until) {
      CompiledFeature feature = features.get(next);
      FeatureDecision decision =
          FeatureDecision.newBuilder()
              .setFeature(feature.key())
              .setDecision(Evaluations.decide(snapshot.served(feature), context).response())
              .build();
      sizeBytes += decision.getSerializedSize();
      // The first always fits: a value is far smaller than a page.
      if (next > from && sizeBytes > RequestLimits.PAGE_BYTES_MAX) {
        break;
      }
      response.addDecisions(decision);
      next++;
    }
    if (next < features.size()) {
      paged.keep(snapshot);
      String last = features.get(next - 1).key();
      response.setNextPageToken(
          new PageToken(snapshot.snapshot().revision(), PageToken.checkSum(request), last)
              .encode());
    }
    return response.build();
  }

  /** Place of the first feature whose key comes after another. */
  private static int placeAfter(List<CompiledFeature> features, String key) {
    List<String> keys = Lists.transform(features, CompiledFeature::key);
    int place = Collections.binarySearch(keys, key, Comparator.naturalOrder());
    return place < 0 ? -place - 1 : place + 1;
  }
}
