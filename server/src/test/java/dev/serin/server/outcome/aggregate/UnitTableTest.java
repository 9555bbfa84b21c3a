package dev.serin.server.outcome.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class UnitTableTest {
  private static final int MILLION = 1_000_000;
  private static final int MAX_BYTES_OF_UNIT = 21;

  /** From here on headers no longer count. */
  private static final int MANY = 1_000;

  private final Random random = new Random(20_261_123);

  @Test
  void unitTable_millionUnits_staysWithinBytesPerUnit() {
    UnitTable table = new UnitTable();
    for (int i = 0; i < MILLION; i++) {
      assertThat(table.idOf(random.nextLong()) == i).isTrue();
      if (i >= MANY && table.sizeBytes() > (long) MAX_BYTES_OF_UNIT * (i + 1)) {
        assertThat(table.sizeBytes() / (i + 1.)).as("bytes of each of %d", i + 1).isZero();
      }
    }
    assertThat(table.size()).isEqualTo(MILLION);
  }

  @Test
  void units_anyHashes_keepTheirIds() {
    // Hashes that differ in their upper bits only, and zero, are as good as any.
    long[] hashes = new long[50_000];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = (long) i << 48 | i >>> 16;
    }
    UnitTable table = new UnitTable();
    for (int i = 0; i < hashes.length; i++) {
      assertThat(table.find(hashes[i])).isEqualTo(UnitTable.UNKNOWN);
      assertThat(table.idOf(hashes[i])).isEqualTo(i);
    }
    for (int i = 0; i < hashes.length; i++) {
      assertThat(table.find(hashes[i])).isEqualTo(i);
      assertThat(table.idOf(hashes[i])).isEqualTo(i);
      assertThat(table.hashOf(i)).isEqualTo(hashes[i]);
    }
    assertThat(table.sortedHashes()).hasSize(hashes.length).isSorted();
    assertThatThrownBy(() -> table.hashOf(hashes.length))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void set_ofAMillionUnits_takesAtMostTwoBytesForAMemberAndABitForAUnit() {
    for (int share : new int[] {1, 2, 10, 100, 1_000}) {
      UnitSet set = new UnitSet();
      for (int id = 0; id < MILLION; id++) {
        if (random.nextInt(share) == 0) {
          set.add(id);
        }
      }
      // Containers have a header each, of 65 536 ids.
      long headers = 64 * (MILLION / 65_536 + 1);
      assertThat(set.sizeBytes())
          .isLessThanOrEqualTo(Math.min(2L * set.size(), MILLION / 8 + 8_192) + headers);
    }
  }
}
