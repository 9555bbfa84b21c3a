/** A small house with breaches planted in it, each found by {@link dev.serin.house.Directions}. */
@NullMarked
package dev.serin.house.planted;

import org.jspecify.annotations.NullMarked;
