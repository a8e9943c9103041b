package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A process that loads one student after another keeps none of them. */
class ManyFilesTest {
  private static final int FILES = 10_000;

  @Test
  void ten_thousand_files_leave_nothing_behind() throws Exception {
    List<byte[]> files = Students.each().stream().map(StudentFile::toBytes).toList();
    WeakReference<StudentFile> first = new WeakReference<>(loaded(files.get(0)));
    for (int i = 0; i < FILES / 10; i++) {
      loaded(files.get(i % files.size()));
    }
    long before = used();
    for (int i = FILES / 10; i < FILES; i++) {
      loaded(files.get(i % files.size()));
    }
    // A tenth of what 9 000 of the smallest would take.
    assertThat(used() - before).isLessThan(1_000_000);
    assertThat(first.get()).isNull();
  }

  private static StudentFile loaded(byte[] file) throws StudentFileException {
    StudentFile student = StudentFile.load(file);
    double[] probabilities = new double[student.classes().size()];
    student.score(student.row().set("age", 41), probabilities);
    assertThat(probabilities[0]).isBetween(0.0, 1.0);
    return student;
  }

  private static long used() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(20);
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /** The scratch that a thread keeps has the size of its largest model, not of all. */
  @Test
  void a_thread_keeps_the_scratch_of_its_largest_model() throws Exception {
    Random random = new Random(1);
    float[] row = new float[5];
    float[] out = new float[3];
    RandomModels.network(5, 3, random).logits(row, 0, out, 0);
    long before = used();
    for (int i = 0; i < 2_000; i++) {
      RandomModels.network(5, 3, random).logits(row, 0, out, 0);
    }
    assertThat(used() - before).isLessThan(500_000);
  }
}
