/**
 * {@code report.html}: a run as one page, made again at any time from the folder that the run wrote
 * ({@code result.json}, {@code leaderboard.csv}, {@code student.distill}). May import the runtime.
 * Start reading at {@link dev.distill.report.page.ReportPage}.
 */
@NullMarked
package dev.distill.report.page;

import org.jspecify.annotations.NullMarked;
