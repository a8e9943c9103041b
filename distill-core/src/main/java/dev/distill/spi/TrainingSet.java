package dev.distill.spi;

/**
 * What a family is fitted on.
 *
 * @param features the training rows
 * @param classes number of classes K, at least 2
 * @param targets what to learn, in the form of the family's {@link Capabilities#level()}
 */
public record TrainingSet(Matrix features, int classes, Targets targets) {}
