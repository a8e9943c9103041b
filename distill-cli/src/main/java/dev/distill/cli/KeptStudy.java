package dev.distill.cli;

import dev.distill.search.jdbc.JdbcStore;
import picocli.CommandLine.Option;

/** The study of a run, which has noted what the run was given. */
final class KeptStudy {
  @Option(
      names = "--study",
      required = true,
      paramLabel = "FILE",
      description = "the SQLite file or JDBC URL where the run keeps its trials")
  private String place = "";

  @Option(
      names = "--study-name",
      paramLabel = "NAME",
      description = "the run's --study-name (${DEFAULT-VALUE})")
  private String name = "distill";

  String place() {
    return place;
  }

  String name() {
    return name;
  }

  /** The store, which must be there. */
  JdbcStore open() {
    return JdbcStore.existing(place);
  }

  /** What the run was given. */
  Arguments arguments(JdbcStore store) {
    return Arguments.kept(store, place, name);
  }
}
