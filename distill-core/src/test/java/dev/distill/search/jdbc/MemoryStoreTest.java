package dev.distill.search.jdbc;

import dev.distill.search.MemoryStore;
import dev.distill.search.StudyStore;

class MemoryStoreTest extends StoreContract {

  @Override
  StudyStore open() {
    return new MemoryStore();
  }

  @Override
  StudyStore reopened(StudyStore store) {
    return store;
  }
}
