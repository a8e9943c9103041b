/** Student families on Tribuo. */
@SuppressWarnings("requires-transitive-automatic") // Tribuo has no descriptor.
module dev.distill.models.tribuo {
  requires com.oracle.labs.mlrg.olcut;
  requires org.tribuo.common.sgd;
  requires org.tribuo.common.tree;
  requires org.tribuo.math;
  requires org.tribuo.regression.core;
  requires org.tribuo.regression.sgd;
  requires org.tribuo.regression.rtree;
  requires transitive dev.distill.core;
  requires transitive org.tribuo.core;
  requires static org.jspecify;
  requires static transitive org.tribuo.classification.core;

  provides dev.distill.spi.StudentModel with
      dev.distill.models.tribuo.TribuoTree,
      dev.distill.models.tribuo.TribuoForest,
      dev.distill.models.tribuo.TribuoLinear,
      dev.distill.models.tribuo.TribuoFm;

  exports dev.distill.models.tribuo;

  // Tribuo reads the settings of what is given to it.
  opens dev.distill.models.tribuo to
      com.oracle.labs.mlrg.olcut;
}
