package example;

import dev.distill.spi.StudentModel;
import dev.distill.testkit.StudentModelContract;

final class NaiveBayesTest extends StudentModelContract {
  @Override
  protected StudentModel student() {
    return new NaiveBayes();
  }
}
