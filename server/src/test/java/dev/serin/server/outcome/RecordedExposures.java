package dev.serin.server.outcome;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import java.util.ArrayList;
import java.util.List;

/** Exposures in a list, for tests of those who record them. Not for several threads at a time. */
public final class RecordedExposures implements ExposureRecorder {
  private final List<Recorded> all = new ArrayList<>();

  /** One of them. */
  public record Recorded(Place place, long unit) {}

  @Override
  public void record(ExposurePoint point, long unit) {
    all.add(new Recorded(point.place(), unit));
  }

  /** Returns what was recorded since it was last asked, in order. */
  public List<Recorded> taken() {
    List<Recorded> taken = List.copyOf(all);
    all.clear();
    return taken;
  }

  /** Returns how many exposures a view shows in all places of one variant of a feature. */
  public static long counted(MergedView view, String feature, String variant) {
    return view.places("default", feature).stream()
        .filter(place -> place.variant().equals(variant))
        .flatMap(place -> view.cell(CellKey.exposures(place)).stream())
        .mapToLong(cell -> cell.count())
        .sum();
  }
}
