package dev.distill.auto;

/** The version of Distill that runs. */
public final class Version {
  private Version() {}

  /** The version in the jar's manifest, or {@code development} outside a jar. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
