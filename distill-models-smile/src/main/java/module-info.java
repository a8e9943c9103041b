/** Student families on Smile; GPL-3, as Smile is. */
@SuppressWarnings("requires-transitive-automatic") // Smile has no descriptor.
module dev.distill.models.smile {
  requires org.slf4j;
  requires smile.base;
  requires transitive dev.distill.core;
  requires transitive smile.core;
  requires static org.jspecify;

  provides dev.distill.spi.StudentModel with
      dev.distill.models.smile.SmileTree,
      dev.distill.models.smile.SmileForest,
      dev.distill.models.smile.SmileGbm,
      dev.distill.models.smile.SmileSoftmax,
      dev.distill.models.smile.SmileMlp;

  exports dev.distill.models.smile;
}
