package dev.distill.spark;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** Spark in this process. */
final class LocalSpark {
  private LocalSpark() {}

  static SparkSession.Builder quiet() {
    return SparkSession.builder()
        .appName("distill-spark tests")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        // Code made for queries of so few rows takes longer than they do.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.warehouse.dir", Path.of("target", "warehouse").toUri().toString());
  }

  static SparkSession start() {
    return quiet().master("local[2]").getOrCreate();
  }
}
