package dev.distill.spi;

/**
 * What a family claims of itself; the contract kit checks it.
 *
 * @param level the best form of targets it learns from
 * @param maxClasses the most classes it can tell apart
 * @param encoding in what form it wants its features
 * @param deterministic whether one seed gives one student, at any number of threads
 */
public record Capabilities(
    TargetLevel level, int maxClasses, Encoding encoding, boolean deterministic) {}
