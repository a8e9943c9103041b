/**
 * Students after the run: whether rows in service are still like the training rows, whether the
 * student still answers as it did, and whether a new version may take the place of an old one.
 *
 * <p>May import {@code dev.distill.runtime}, {@code dev.distill.spi}, {@code dev.distill.loss},
 * {@code dev.distill.metrics} and {@code dev.distill.data}. Start reading at {@link
 * dev.distill.monitor.Monitor}, which takes rows in service batch by batch and keeps counts alone;
 * {@link dev.distill.monitor.Gate} sets two versions side by side.
 */
@NullMarked
package dev.distill.monitor;

import org.jspecify.annotations.NullMarked;
