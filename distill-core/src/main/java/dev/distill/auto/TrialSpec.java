package dev.distill.auto;

import dev.distill.spi.Hyperparameters;

/**
 * What a trial is to do: all that a worker needs besides the data.
 *
 * @param search which search it belongs to, such as "student" or "twin"
 * @param number counts from 0 within the search
 * @param family id of the family
 * @param temperature T that the teacher's distribution is softened by, &gt; 0
 * @param alpha weight of the teacher in training, 0 to 1
 * @param hyperparameters the family's own
 * @param seed seed of the fit
 */
public record TrialSpec(
    String search,
    int number,
    String family,
    double temperature,
    double alpha,
    Hyperparameters hyperparameters,
    long seed) {}
