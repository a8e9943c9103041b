/** Student families and teachers on XGBoost4J. */
module dev.distill.models.xgboost {
  requires com.fasterxml.jackson.databind;
  requires ml.dmlc.xgboost4j;
  requires org.apache.commons.logging; // XGBoost4J's, which can't say so itself.
  requires transitive dev.distill.core;
  requires static org.jspecify;

  provides dev.distill.spi.StudentExporter with
      dev.distill.models.xgboost.XgboostExporter;
  provides dev.distill.spi.StudentModel with
      dev.distill.models.xgboost.XgboostAdditive,
      dev.distill.models.xgboost.XgboostDeep,
      dev.distill.models.xgboost.XgboostTree,
      dev.distill.models.xgboost.XgboostTrees;
  provides dev.distill.spi.TeacherProvider with
      dev.distill.models.xgboost.XgboostTeachers;

  exports dev.distill.models.xgboost;
}
