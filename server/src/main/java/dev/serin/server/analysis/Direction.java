package dev.serin.server.analysis;

/** Which way a metric is to go. */
public enum Direction {
  /** Less is better: latency, errors. */
  LOWER,
  /** More is better: conversion, revenue. */
  HIGHER,
  /** Neither: the metric is watched, not judged. */
  NONE
}
