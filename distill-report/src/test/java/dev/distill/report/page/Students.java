package dev.distill.report.page;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import java.util.List;
import java.util.Map;

/** Student files around small models. */
final class Students {
  private Students() {}

  /** A student of the columns a and b and the classes no and yes. */
  static StudentFile of(PortableModel model) {
    return new StudentFile(
        Schema.numbers(List.of("a", "b")),
        model,
        List.of("no", "yes"),
        "label",
        1,
        new float[] {0, 0, 2, 9},
        Map.of());
  }
}
