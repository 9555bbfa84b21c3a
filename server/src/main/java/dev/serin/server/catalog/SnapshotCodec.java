package dev.serin.server.catalog;

import dev.serin.engine.EndedRun;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.Limits;
import dev.serin.engine.LiveRun;
import dev.serin.engine.MetricSource;
import dev.serin.engine.RunPhase;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import dev.serin.v1.Document;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Segment;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The form of a snapshot in a file: namespace and revision, then one record for each document, then
 * an end mark. Documents are encoded protos; a feature's record begins with its run state and
 * counting periods, a metric's with its revision.
 */
final class SnapshotCodec {
  private static final int END = 0;
  private static final int FEATURE = 1;
  private static final int OTHER = 2;
  private static final int METRIC = 3;

  /** Counting periods of one feature: a current one of each split, and the ended. */
  private static final int MAX_PERIODS = Limits.MAX_SPLITS + FeaturePeriods.MAX_ENDED;

  /** Ended runs of one feature: the last one of each split, and those of a short time ago. */
  private static final int MAX_ENDED_RUNS = Limits.MAX_SPLITS + FeatureRuns.MAX_ENDED;

  private SnapshotCodec() {}

  static void write(SnapshotSource source, DataOutputStream out) throws IOException {
    out.writeUTF(source.namespace());
    out.writeLong(source.revision());
    for (FeatureSource feature : source.features().values()) {
      out.writeByte(FEATURE);
      out.writeLong(feature.revision());
      out.writeBoolean(feature.killed());
      out.writeInt(feature.runs().size());
      for (LiveRun run : feature.runs()) {
        write(run, out);
      }
      out.writeInt(feature.periods().size());
      for (SplitPeriod period : feature.periods()) {
        write(period, out);
      }
      out.writeInt(feature.endedRuns().size());
      for (EndedRun run : feature.endedRuns()) {
        write(run, out);
      }
      Document.newBuilder().setFeature(feature.document()).build().writeDelimitedTo(out);
    }
    for (Segment segment : source.segments().values()) {
      out.writeByte(OTHER);
      Document.newBuilder().setSegment(segment).build().writeDelimitedTo(out);
    }
    for (Layer layer : source.layers().values()) {
      out.writeByte(OTHER);
      Document.newBuilder().setLayer(layer).build().writeDelimitedTo(out);
    }
    for (Holdout holdout : source.holdouts().values()) {
      out.writeByte(OTHER);
      Document.newBuilder().setHoldout(holdout).build().writeDelimitedTo(out);
    }
    for (MetricSource metric : source.metrics().values()) {
      out.writeByte(METRIC);
      out.writeLong(metric.revision());
      Document.newBuilder().setMetric(metric.document()).build().writeDelimitedTo(out);
    }
    out.writeByte(END);
  }

  private static void write(LiveRun run, DataOutputStream out) throws IOException {
    out.writeUTF(run.split());
    out.writeUTF(run.runId());
    out.writeInt(run.stage());
    out.writeUTF(run.treatment());
    out.writeUTF(run.control());
    out.writeLong(run.shareParts());
    out.writeLong(run.shareOf());
    out.writeBoolean(run.keepBucketing());
    out.writeUTF(run.phase().name());
    out.writeLong(run.staleAfterMillis());
  }

  private static void write(EndedRun run, DataOutputStream out) throws IOException {
    out.writeUTF(run.split());
    out.writeUTF(run.runId());
    out.writeInt(run.stage());
    out.writeUTF(run.treatment());
    out.writeUTF(run.control());
    out.writeLong(run.revision());
    out.writeLong(run.endedMillis());
  }

  private static void write(SplitPeriod period, DataOutputStream out) throws IOException {
    out.writeUTF(period.split());
    out.writeLong(period.revision());
    out.writeUTF(period.unit());
    out.writeInt(period.variants().size());
    for (String variant : period.variants()) {
      out.writeUTF(variant);
    }
    out.writeLong(period.endedMillis());
  }

  /** Reads what {@link #write} wrote; anything else is an IOException or a RuntimeException. */
  static SnapshotSource read(DataInputStream in) throws IOException {
    String namespace = in.readUTF();
    long revision = in.readLong();
    Map<String, FeatureSource> features = new HashMap<>();
    Map<String, Segment> segments = new HashMap<>();
    Map<String, Layer> layers = new HashMap<>();
    Map<String, Holdout> holdouts = new HashMap<>();
    Map<String, MetricSource> metrics = new HashMap<>();
    for (int type = in.readByte(); type != END; type = in.readByte()) {
      switch (type) {
        case FEATURE -> {
          FeatureSource feature = readFeature(in);
          features.put(feature.document().getKey(), feature);
        }
        case OTHER -> {
          Document document = readDocument(in);
          switch (document.getDocumentCase()) {
            case SEGMENT -> segments.put(document.getSegment().getKey(), document.getSegment());
            case LAYER -> layers.put(document.getLayer().getKey(), document.getLayer());
            case HOLDOUT -> holdouts.put(document.getHoldout().getKey(), document.getHoldout());
            case FEATURE, METRIC, ROLLOUT, DOCUMENT_NOT_SET ->
                throw new IOException("document: " + document.getDocumentCase());
          }
        }
        case METRIC -> {
          long changed = in.readLong();
          MetricSource metric = new MetricSource(readDocument(in).getMetric(), changed);
          metrics.put(metric.document().getKey(), metric);
        }
        default -> throw new IOException("record: type " + type + " (expected: 0 to 3)");
      }
    }
    return new SnapshotSource(namespace, revision, features, segments, layers, holdouts, metrics);
  }

  private static FeatureSource readFeature(DataInputStream in) throws IOException {
    long revision = in.readLong();
    boolean killed = in.readBoolean();
    List<LiveRun> runs = new ArrayList<>();
    for (int left = readCount(in, "runs", Limits.MAX_SPLITS); left > 0; left--) {
      runs.add(readRun(in));
    }
    List<SplitPeriod> periods = new ArrayList<>();
    for (int left = readCount(in, "periods", MAX_PERIODS); left > 0; left--) {
      periods.add(readPeriod(in));
    }
    List<EndedRun> ended = new ArrayList<>();
    for (int left = readCount(in, "ended runs", MAX_ENDED_RUNS); left > 0; left--) {
      ended.add(readEndedRun(in));
    }
    return new FeatureSource(readDocument(in).getFeature(), revision, killed, runs, periods, ended);
  }

  private static int readCount(DataInputStream in, String what, int max) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > max) {
      throw new IOException(what + ": " + count + " (expected: 0 to " + max + ")");
    }
    return count;
  }

  private static SplitPeriod readPeriod(DataInputStream in) throws IOException {
    String split = in.readUTF();
    long revision = in.readLong();
    String unit = in.readUTF();
    List<String> variants = new ArrayList<>();
    for (int left = readCount(in, "variants", Limits.MAX_VARIANTS); left > 0; left--) {
      variants.add(in.readUTF());
    }
    return new SplitPeriod(split, revision, unit, variants, in.readLong());
  }

  private static LiveRun readRun(DataInputStream in) throws IOException {
    return new LiveRun(
        in.readUTF(),
        in.readUTF(),
        in.readInt(),
        in.readUTF(),
        in.readUTF(),
        in.readLong(),
        in.readLong(),
        in.readBoolean(),
        RunPhase.valueOf(in.readUTF()),
        in.readLong());
  }

  private static EndedRun readEndedRun(DataInputStream in) throws IOException {
    return new EndedRun(
        in.readUTF(),
        in.readUTF(),
        in.readInt(),
        in.readUTF(),
        in.readUTF(),
        in.readLong(),
        in.readLong());
  }

  private static Document readDocument(DataInputStream in) throws IOException {
    Document document = Document.parseDelimitedFrom(in);
    if (document == null) {
      throw new IOException("document: missing (expected: one in each record)");
    }
    return document;
  }
}
