package dev.serin.server.catalog;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a change, cut into transactions that stay short: at most 50 ms on a plain disk.
 *
 * <p>A document larger than a slice goes on in rows of its own, so one document may take several.
 */
final class Slices {
  /** Rows of a slice: some microseconds each, ten times that just after the start. */
  static final int MAX_ROWS = 200;

  /** Bytes of a slice, and of one row of a document: what a plain disk takes in 10 ms. */
  static final int MAX_BYTES = 512 << 10;

  private Slices() {}

  /** A row to insert. */
  sealed interface Row {
    /** Bytes of the body in it. */
    int sizeBytes();
  }

  /**
   * A row of document_version.
   *
   * @param body the document, or what fits of it; empty where it is deleted
   * @param parts how many rows of document_part follow
   */
  record VersionRow(int seq, PlannedWrite write, ByteString body, int parts) implements Row {
    @Override
    public int sizeBytes() {
      return body.size();
    }
  }

  /** A row of document_part. */
  record PartRow(int seq, int part, ByteString body) implements Row {
    @Override
    public int sizeBytes() {
      return body.size();
    }
  }

  /** A row of split_period; its feature is the document of the same place. */
  record PeriodRow(int seq, String feature, PeriodStart start) implements Row {
    @Override
    public int sizeBytes() {
      PeriodStart.Earlier earlier = start.earlier();
      return PeriodRows.stored(start.variants()).length()
          + (earlier == null ? 0 : PeriodRows.stored(earlier.variants()).length());
    }
  }

  /** Cuts; a change without writes has no slices. */
  static List<List<Row>> of(List<PlannedWrite> writes) {
    List<List<Row>> slices = new ArrayList<>();
    List<Row> slice = new ArrayList<>();
    int sizeBytes = 0;
    for (int seq = 0; seq < writes.size(); seq++) {
      for (Row row : rows(seq, writes.get(seq))) {
        boolean full = slice.size() == MAX_ROWS || sizeBytes + row.sizeBytes() > MAX_BYTES;
        if (full && !slice.isEmpty()) {
          slices.add(slice);
          slice = new ArrayList<>();
          sizeBytes = 0;
        }
        slice.add(row);
        sizeBytes += row.sizeBytes();
      }
    }
    if (!slice.isEmpty()) {
      slices.add(slice);
    }
    return slices;
  }

  private static List<Row> rows(int seq, PlannedWrite write) {
    ByteString body = write.document() == null ? ByteString.EMPTY : write.document().toByteString();
    List<Row> rows = new ArrayList<>();
    int parts = Math.max(0, (body.size() - 1) / MAX_BYTES);
    rows.add(new VersionRow(seq, write, body.substring(0, end(body, 0)), parts));
    for (int part = 1; part <= parts; part++) {
      int from = part * MAX_BYTES;
      rows.add(new PartRow(seq, part, body.substring(from, end(body, from))));
    }
    for (PeriodStart start : write.periods()) {
      rows.add(new PeriodRow(seq, write.id().key(), start));
    }
    return rows;
  }

  private static int end(ByteString body, int from) {
    return Math.min(body.size(), from + MAX_BYTES);
  }
}
