package dev.distill.data;

/** What a teacher's numbers are. */
public enum TeacherKind {
  /** Each row sums to 1. */
  PROBABILITIES,
  /** Each row sums to 100. */
  PERCENT,
  /** Natural-log scores: logits or log-probabilities; a softmax makes probabilities of them. */
  LOGITS
}
