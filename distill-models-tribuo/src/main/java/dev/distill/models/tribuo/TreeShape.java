package dev.distill.models.tribuo;

/**
 * How far a tree may grow.
 *
 * @param depth most splits from the root to a leaf
 * @param leastRows least rows in a leaf
 * @param features share of the features that each node may choose from
 * @param gap what a split makes less of
 * @param shrinkage how many rows' worth of its parent draws each node's answer
 */
record TreeShape(
    int depth, int leastRows, double features, JensenGap.Function gap, double shrinkage) {}
