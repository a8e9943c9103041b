/**
 * JMH benchmarks: {@link dev.distill.bench.Benchmarks} runs them and prints ratios within the run.
 * Imports anything of Distill.
 */
@NullMarked
package dev.distill.bench;

import org.jspecify.annotations.NullMarked;
