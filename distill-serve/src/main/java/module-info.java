/** Student files over HTTP. */
module dev.distill.serve {
  requires com.fasterxml.jackson.core;
  requires io.vertx.core;
  requires micrometer.core;
  requires micrometer.registry.prometheus;
  requires transitive dev.distill.runtime;
  requires static org.jspecify;

  exports dev.distill.serve;
}
