package dev.distill.spark;

import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Teachers that answer 0.9 where "x" is below zero; they count what they are asked, and may die.
 */
public final class FakeTeachers implements TeacherProvider {
  static final AtomicInteger OPENED = new AtomicInteger();
  static final AtomicLong ASKED = new AtomicLong();

  /** After so many rows nobody answers any more. */
  static volatile long last = Long.MAX_VALUE;

  static void reset() {
    OPENED.set(0);
    ASKED.set(0);
    last = Long.MAX_VALUE;
  }

  @Override
  public String id() {
    return "fake";
  }

  @Override
  public String opens() {
    return "fake teachers: fake://";
  }

  @Override
  public boolean opens(String place) {
    return place.startsWith("fake://");
  }

  @Override
  public TeacherModel open(String place) {
    OPENED.incrementAndGet();
    return new TeacherModel() {
      @Override
      public String description() {
        return place;
      }

      @Override
      public void check(Table rows, List<String> classes) {
        rows.column("x");
      }

      @Override
      public double[] probabilities(Table rows, List<String> classes) {
        if (ASKED.get() + rows.rows() > last) {
          throw new IllegalStateException("out of order");
        }
        ASKED.addAndGet(rows.rows());
        double[] answers = new double[2 * rows.rows()];
        Table.Numbers x = (Table.Numbers) rows.column("x");
        for (int i = 0; i < rows.rows(); i++) {
          answers[2 * i] = x.values()[i] < 0 ? 0.9 : 0.2;
          answers[2 * i + 1] = 1 - answers[2 * i];
        }
        return answers;
      }

      @Override
      public void close() {}
    };
  }
}
