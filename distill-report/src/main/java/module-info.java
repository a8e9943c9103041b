/** The pages of runs. */
module dev.distill.report {
  requires com.fasterxml.jackson.dataformat.csv;
  requires com.samskivert.jmustache;
  requires transitive com.fasterxml.jackson.databind;
  requires transitive dev.distill.runtime;
  requires static org.jspecify;

  exports dev.distill.report.page;
  exports dev.distill.report.reading;
}
