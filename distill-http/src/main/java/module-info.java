/** Models behind an address as teachers. */
module dev.distill.http {
  requires com.fasterxml.jackson.databind;
  requires java.net.http;
  requires transitive dev.distill.core;
  requires static org.jspecify;

  provides dev.distill.spi.TeacherProvider with
      dev.distill.http.HttpTeachers;

  exports dev.distill.http;
}
