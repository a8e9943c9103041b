package dev.distill;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Arrays;
import java.util.List;

/** The arrows between the packages of runtime and core: lower rooms never look up. */
@AnalyzeClasses(packages = "dev.distill", importOptions = ImportOption.DoNotIncludeTests.class)
class ArrowsTest {

  /** Checks that a package looks at no other room of Distill than the given ones. */
  private static void sees(JavaClasses all, String room, String... others) {
    List<String> allowed = Arrays.asList(others);
    DescribedPredicate<JavaClass> forbidden =
        DescribedPredicate.describe(
            "rooms of Distill other than " + room + " and " + allowed,
            c -> {
              String name = c.getPackageName();
              if (!name.startsWith("dev.distill")) {
                return false;
              }
              String other = name.substring("dev.distill".length()).replaceFirst("^\\.", "");
              return !other.equals(room) && !allowed.contains(other);
            });
    noClasses()
        .that()
        .resideInAPackage("dev.distill." + room)
        .should()
        .dependOnClassesThat(forbidden)
        .check(all);
  }

  @ArchTest
  static void runtime_imports_the_jdk_alone(JavaClasses all) {
    classes()
        .that()
        .resideInAPackage("dev.distill.runtime")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "dev.distill.runtime", "org.jspecify.annotations")
        .check(all);
  }

  @ArchTest
  static void loss_imports_nothing_of_distill(JavaClasses all) {
    sees(all, "loss");
  }

  @ArchTest
  static void metrics_import_loss_alone(JavaClasses all) {
    sees(all, "metrics", "loss");
  }

  @ArchTest
  static void spi_imports_runtime_and_loss_alone(JavaClasses all) {
    sees(all, "spi", "runtime", "loss");
  }

  @ArchTest
  static void search_imports_spi_alone(JavaClasses all) {
    sees(all, "search", "spi");
  }

  @ArchTest
  static void the_database_store_imports_search_and_spi_alone(JavaClasses all) {
    sees(all, "search.jdbc", "search", "spi");
  }

  @ArchTest
  static void data_imports_runtime_spi_and_loss_alone(JavaClasses all) {
    sees(all, "data", "runtime", "spi", "loss");
  }

  @ArchTest
  static void exports_import_runtime_and_spi_alone(JavaClasses all) {
    sees(all, "export", "runtime", "spi");
  }

  @ArchTest
  static void auto_knows_neither_report_nor_guice(JavaClasses all) {
    sees(all, "auto", "runtime", "spi", "loss", "search", "data", "metrics");
  }

  @ArchTest
  static void monitor_knows_no_search(JavaClasses all) {
    sees(all, "monitor", "runtime", "spi", "loss", "data", "metrics");
  }

  @ArchTest
  static void report_does_not_know_guice(JavaClasses all) {
    sees(all, "report", "runtime", "spi", "loss", "search", "data", "metrics", "auto");
  }

  @ArchTest
  static void guice_is_the_only_importer_of_guice(JavaClasses all) {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.distill.guice")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.google.inject..", "jakarta.inject..")
        .check(all);
  }

  @ArchTest
  static void report_exports_and_the_database_store_are_the_only_importers_of_json(
      JavaClasses all) {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.distill.report", "dev.distill.search.jdbc", "dev.distill.export")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.fasterxml..")
        .check(all);
  }

  @ArchTest
  static void nothing_of_java_serialization_reads_a_model(JavaClasses all) {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .check(all);
  }

  @ArchTest
  static void packages_make_no_circle(JavaClasses all) {
    slices().matching("dev.distill.(*)..").should().beFreeOfCycles().check(all);
  }
}
