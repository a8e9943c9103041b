package dev.distill.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

/** Arrows of this module, which the command line's tests do not see. */
@AnalyzeClasses(packages = "dev.distill", importOptions = DoNotIncludeTests.class)
class SparkArrowsTest {
  @ArchTest
  static final ArchRule A_STUDENT_THAT_SCORES_NEEDS_THE_RUNTIME_ALONE =
      classes()
          .that()
          .haveSimpleNameStartingWith("StudentTransformer")
          .or()
          .haveSimpleName("Batches")
          .and()
          .resideInAPackage("dev.distill.spark")
          .should()
          .onlyDependOnClassesThat()
          .haveNameMatching(
              "\\[*[A-Z]?(java|scala|org\\.apache\\.spark|org\\.jspecify|dev\\.distill\\.runtime)\\..*"
                  + "|dev\\.distill\\.spark\\.(StudentTransformer|Batches).*|\\[?[a-zA-Z]+");

  @ArchTest
  static final ArchRule THE_CLUSTER_KNOWS_NO_FAMILY_AND_NO_COMMAND =
      noClasses()
          .that()
          .resideInAPackage("dev.distill.spark")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.distill.models..",
              "dev.distill.onnx..",
              "dev.distill.http..",
              "dev.distill.cli..",
              "dev.distill.report..",
              "dev.distill.serve..",
              "dev.distill.guice..",
              "org.apache.spark.mllib..",
              "org.apache.spark.ml..");

  @ArchTest
  static final ArchRule SPARK_STAYS_IN_ITS_MODULE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.distill.spark")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..");

  @ArchTest
  static final ArchRule NOTHING_READS_JAVA_SERIALIZATION_BUT_SPARK =
      noClasses()
          .that()
          .resideInAPackage("dev.distill.spark")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(ObjectInputStream.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(ObjectOutputStream.class);
}
