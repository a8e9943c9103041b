/**
 * What a sweep writes for people and programs: {@code leaderboard.csv}, {@code result.json}, the
 * model card and a summary in markdown.
 *
 * <p>May import {@code dev.distill.auto} and below. Start reading at {@link
 * dev.distill.report.ResultJson}.
 */
@NullMarked
package dev.distill.report;

import org.jspecify.annotations.NullMarked;
