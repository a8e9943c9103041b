package dev.distill.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.HashSet;
import java.util.Set;

/** The arrows between modules; core's own test holds those between its packages. */
@AnalyzeClasses(packages = "dev.distill", importOptions = DoNotIncludeTests.class)
class ModuleArrowsTest {
  @ArchTest
  static final ArchRule RUNTIME_NEEDS_THE_JDK_ALONE =
      classes()
          .that()
          .resideInAPackage("dev.distill.runtime")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "dev.distill.runtime", "org.jspecify..");

  @ArchTest
  static final ArchRule THE_KERNEL_NEEDS_THE_RUNTIME_AND_VECTORS =
      classes()
          .that()
          .resideInAPackage("dev.distill.runtime.vector")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "jdk.incubator.vector..",
              "dev.distill.runtime",
              "dev.distill.runtime.vector",
              "org.jspecify..");

  @ArchTest
  static final ArchRule NOBODY_NEEDS_THE_KERNEL =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.distill.runtime.vector")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.distill.runtime.vector", "jdk.incubator..");

  @ArchTest
  static final ArchRule MODELS_KNOW_SPI_AND_LOSS_ALONE =
      noClasses()
          .that()
          .resideInAnyPackage("dev.distill.models..", "dev.distill.onnx", "dev.distill.http")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.distill.auto..",
              "dev.distill.cli..",
              "dev.distill.data..",
              "dev.distill.guice..",
              "dev.distill.metrics..",
              "dev.distill.report..",
              "dev.distill.search..");

  @ArchTest
  static final ArchRule NOBODY_NAMES_A_FAMILY =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.distill.models..", "dev.distill.onnx", "dev.distill.http")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.distill.models..", "dev.distill.onnx", "dev.distill.http");

  @ArchTest
  static final ArchRule ML_LIBRARIES_STAY_IN_THEIR_MODULE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.distill.models.xgboost..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ml.dmlc..");

  @ArchTest
  static final ArchRule ONNX_RUNTIME_STAYS_IN_ITS_MODULE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.distill.onnx")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime..");

  @ArchTest
  static final ArchRule SERVING_KNOWS_THE_RUNTIME_ALONE =
      noClasses()
          .that()
          .resideInAPackage("dev.distill.serve..")
          .should()
          .dependOnClassesThat(othersThanTheRuntimeAnd("dev.distill.serve"));

  @ArchTest
  static final ArchRule THE_PAGE_KNOWS_THE_RUNTIME_ALONE =
      noClasses()
          .that()
          .resideInAnyPackage("dev.distill.report.page", "dev.distill.report.reading")
          .should()
          .dependOnClassesThat(
              othersThanTheRuntimeAnd("dev.distill.report.page", "dev.distill.report.reading"));

  @ArchTest
  static final ArchRule THE_SERVER_LIBRARIES_STAY_IN_THEIR_MODULE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.distill.serve..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx..", "io.netty..", "io.micrometer..");

  @ArchTest
  static final ArchRule FILES_ARE_READ_IN_ONE_ROOM_AND_STUDIES_IN_ANOTHER =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.distill.cli.data..", "dev.distill.data.jdbc", "dev.distill.search.jdbc")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.duckdb..", "java.sql..");

  private static DescribedPredicate<JavaClass> othersThanTheRuntimeAnd(String... own) {
    Set<String> known = new HashSet<>(Set.of(own));
    known.add("dev.distill.runtime");
    return DescribedPredicate.describe(
        "others of Distill than the runtime",
        type ->
            type.getPackageName().startsWith("dev.distill.")
                && !known.contains(type.getPackageName()));
  }
}
