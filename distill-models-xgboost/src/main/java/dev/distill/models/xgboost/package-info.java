/**
 * Student families on XGBoost4J. Imports {@code dev.distill.spi}, {@code dev.distill.loss} and
 * {@code dev.distill.runtime} of Distill.
 *
 * <p>Start reading at {@link dev.distill.models.xgboost.XgboostTrees}.
 */
@NullMarked
package dev.distill.models.xgboost;

import org.jspecify.annotations.NullMarked;
