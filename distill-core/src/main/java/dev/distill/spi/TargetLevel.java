package dev.distill.spi;

/**
 * What a family can honestly learn from: the ladder. Core reduces the teacher's distribution to the
 * family's level in one place; a family never does so itself.
 */
public enum TargetLevel {
  /** Gets the loss itself, with gradient and curvature by logit: T and α are exact. */
  LOSS_GRADIENT,
  /** Gets a distribution a row, α·teacher + (1 − α)·label: exact for T = 1. */
  SOFT_TARGETS,
  /** Gets each row once a class, weighted by the same distribution: exact for T = 1. */
  WEIGHTED_LABELS,
  /** Knows labels alone: only ever trained as a hard-label twin. */
  HARD_LABELS
}
