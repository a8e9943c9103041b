package dev.distill.auto;

import dev.distill.data.FeatureEncoder;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Matrix;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens student files as teachers: of a smaller student, say. */
public final class StudentTeachers implements TeacherProvider {

  @Override
  public String id() {
    return "student";
  }

  @Override
  public String opens() {
    return "student files: .distill";
  }

  @Override
  public boolean opens(String place) {
    return place.endsWith(".distill");
  }

  @Override
  public TeacherModel open(String place) throws IOException {
    Path path = Path.of(place);
    return new StudentTeacher(path.getFileName().toString(), StudentFile.load(path));
  }

  /** A student file that answers for tables. */
  private record StudentTeacher(String name, StudentFile file) implements TeacherModel {

    @Override
    public String description() {
      return "%s (student file, %s, %s classes)"
          .formatted(
              name,
              file.provenance().getOrDefault("family", "family unknown"),
              file.classes().size());
    }

    @Override
    public void check(Table rows, List<String> classes) {
      order(classes);
      try {
        new FeatureEncoder(file.schema()).encode(rows.rows(0, Math.min(1, rows.rows())));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
      }
    }

    /** Where the student has each of these classes. */
    private int[] order(List<String> classes) {
      int[] order = classes.stream().mapToInt(file.classes()::indexOf).toArray();
      List<String> unknown = new ArrayList<>(classes);
      unknown.removeAll(file.classes());
      if (!unknown.isEmpty() || classes.size() != file.classes().size()) {
        throw new IllegalArgumentException(
            "%s: the student's classes are %s, the data's %s"
                .formatted(name, Names.quoted(file.classes()), Names.quoted(classes)));
      }
      return order;
    }

    @Override
    public double[] probabilities(Table rows, List<String> classes) {
      int[] order = order(classes);
      Matrix features = new FeatureEncoder(file.schema()).encode(rows);
      double[] own = new double[Math.multiplyExact(rows.rows(), order.length)];
      file.score(features.values(), features.rows(), own);
      double[] answer = new double[own.length];
      for (int i = 0; i < answer.length; i++) {
        int at = i % order.length;
        answer[i] = own[i - at + order[at]];
      }
      return answer;
    }

    @Override
    public List<StudentFile> portable(List<String> columns, List<String> classes) {
      return List.of(file);
    }

    /** Holds nothing that must be freed. */
    @Override
    public void close() {}
  }
}
