package dev.distill.search;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells a shared store that the trials of this process are being run, from a thread that ends when
 * there are none.
 */
final class Heartbeat {
  private final StudyStore store;
  private final String study;
  private final Set<Integer> running = ConcurrentHashMap.newKeySet();
  private boolean beating;

  Heartbeat(StudyStore store, String study) {
    this.store = store;
    this.study = study;
  }

  synchronized Trial begin(Trial trial) {
    Optional<Duration> every = store.heartbeatEvery();
    if (every.isPresent()) {
      running.add(trial.number());
      if (!beating) {
        beating = true;
        Thread thread = new Thread(() -> beat(every.get()), "heartbeat of " + study);
        thread.setDaemon(true);
        thread.start();
      }
    }
    return trial;
  }

  void end(int number) {
    running.remove(number);
  }

  private void beat(Duration every) {
    while (true) {
      try {
        Thread.sleep(every.toMillis());
        List<Integer> own = own();
        if (own.isEmpty()) {
          return;
        }
        store.heartbeat(study, own);
      } catch (StoreException e) {
        // The trials' own writing will say so, where it is more than a moment's trouble.
        System.getLogger(Heartbeat.class.getName())
            .log(System.Logger.Level.DEBUG, "no heartbeat: {0}", e.getMessage());
      } catch (IllegalStateException | InterruptedException e) {
        return; // the store was closed
      }
    }
  }

  /** The running trials; without any, the thread is over. */
  private synchronized List<Integer> own() {
    beating = !running.isEmpty();
    return List.copyOf(running);
  }
}
