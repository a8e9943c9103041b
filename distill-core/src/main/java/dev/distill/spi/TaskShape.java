package dev.distill.spi;

/** The size of the task, for families whose search space depends on it. */
public record TaskShape(int rows, int features, int classes) {}
