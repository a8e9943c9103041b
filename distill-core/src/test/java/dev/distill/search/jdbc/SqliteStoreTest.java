package dev.distill.search.jdbc;

import dev.distill.search.StudyStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends JdbcStoreContract {
  @TempDir private Path folder = Path.of("");

  private Path file() {
    return folder.resolve("study.db");
  }

  @Override
  StudyStore open() {
    return JdbcStore.open(file());
  }

  @Override
  StudyStore reopened(StudyStore store) {
    store.close();
    return open();
  }
}
