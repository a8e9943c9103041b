package dev.distill.spi;

/**
 * What a family claims of itself; the contract kit checks it.
 *
 * @param level the best form of targets it learns from
 * @param maxClasses the most classes it can tell apart
 * @param missingValues whether NaN features are learned from; otherwise rows with NaN are refused
 * @param deterministic whether one seed gives one student, at any number of threads
 */
public record Capabilities(
    TargetLevel level, int maxClasses, boolean missingValues, boolean deterministic) {}
