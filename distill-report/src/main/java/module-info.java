/** The pages of runs. */
module dev.distill.report {
  requires com.fasterxml.jackson.dataformat.csv;
  requires com.samskivert.jmustache;
  requires d3; // The WebJar, by the name of its file: it has no other.
  requires transitive com.fasterxml.jackson.databind;
  requires transitive dev.distill.runtime;
  requires static org.jspecify;

  exports dev.distill.report.page;
  exports dev.distill.report.reading;

  // What the templates name is read by reflection.
  opens dev.distill.report.page to
      com.samskivert.jmustache;
}
