/** Losses, metrics, the student SPI, search and the auto-distiller. */
@SuppressWarnings("requires-transitive-automatic") // Guice has no descriptor.
module dev.distill.core {
  requires com.fasterxml.jackson.databind;
  requires com.google.common; // Guice's, which can't say so itself.
  requires hipparchus.core; // The name of its file: it has no other.
  requires jakarta.inject; // Guice's too.
  requires java.compiler;
  requires org.apache.commons.statistics.distribution;
  requires org.apache.commons.statistics.inference;
  requires transitive com.google.guice;
  requires transitive dev.distill.runtime;
  requires transitive java.sql;
  requires static org.jspecify;

  uses dev.distill.spi.StudentExporter;
  uses dev.distill.spi.StudentModel;
  uses dev.distill.spi.TeacherProvider;

  provides dev.distill.spi.StudentExporter with
      dev.distill.export.JavaExporter,
      dev.distill.export.JsonExporter;
  provides dev.distill.spi.TeacherProvider with
      dev.distill.auto.StudentTeachers;

  exports dev.distill.auto;
  exports dev.distill.data;
  exports dev.distill.data.jdbc;
  exports dev.distill.export;
  exports dev.distill.guice;
  exports dev.distill.loss;
  exports dev.distill.metrics;
  exports dev.distill.monitor;
  exports dev.distill.report;
  exports dev.distill.search;
  exports dev.distill.search.jdbc;
  exports dev.distill.spi;

  opens dev.distill.guice to
      com.google.guice;
}
