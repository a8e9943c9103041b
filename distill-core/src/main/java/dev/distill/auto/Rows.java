package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.Folds;
import dev.distill.data.MoreRows;
import dev.distill.data.Split;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How the training rows are cut, once a sweep.
 *
 * @param search what trials are fitted and judged on: folds where rows are few, else one cut with
 *     at most {@link DistillConfig#searchRows()} rows on either side
 * @param full the same for the finalists, with at most {@link DistillConfig#finalRows()} rows; the
 *     same object where nothing was thinned
 * @param count how many training rows there are
 */
record Rows(List<Fold> search, List<Fold> full, int count) {
  /** In how many parts the rows are thought of where a trial sees some of them first. */
  static final int PARTS = 9;

  private static final int FEWEST = 50;

  /** Whether rows are so few that every one of them is judged on once. */
  boolean crossValidated() {
    return search.size() > 1;
  }

  /**
   * The search's cut, with a ninth and a third of its rows to fit on first, by the number of
   * ninths; without those where there are folds or hardly any rows.
   */
  Cut inShares(Dataset train, long seed) {
    SortedMap<Integer, Fold> shares = new TreeMap<>();
    Fold whole = search.get(0);
    int[] judged = whole.validationRows();
    judged =
        thin(
            judged, train, Math.max(FEWEST, judged.length / 3), Seeds.derive(seed, "judged share"));
    for (int parts = 1; parts < PARTS && !crossValidated(); parts *= 3) {
      int count = (int) ((long) whole.trainRows().length * parts / PARTS);
      if (count >= FEWEST) {
        int[] some = thin(whole.trainRows(), train, count, Seeds.derive(seed, "share " + parts));
        Fold share = Fold.of(train.features(), some, judged);
        Fold.More more = whole.more();
        shares.put(parts, more == null ? share : share.with(more.from(), more.first()));
      }
    }
    return new Cut(shares, search);
  }

  static Rows cut(Dataset train, DistillConfig config) {
    Matrix features = train.features();
    int classes = train.classes().size();
    if (features.rows() <= config.foldRows()) {
      Folds folds =
          Folds.stratified(
              train.labels(),
              classes,
              Math.min(config.folds(), features.rows()),
              Seeds.derive(config.seed(), "folds"));
      List<Fold> cuts = new ArrayList<>();
      for (int f = 0; f < folds.heldOut().size(); f++) {
        cuts.add(Fold.of(features, folds.train(f), folds.heldOut().get(f)));
      }
      return new Rows(cuts, cuts, features.rows());
    }
    Split split =
        Split.stratified(
            train.labels(),
            classes,
            config.validationShare(),
            Seeds.derive(config.seed(), "validation rows"));
    Fold last = thinned(train, split, config.finalRows(), config.seed(), "last round's ");
    Fold first =
        config.searchRows() < config.finalRows()
            ? thinned(train, split, config.searchRows(), config.seed(), "")
            : last;
    List<Fold> full = List.of(last);
    boolean same =
        first.trainRows().length == last.trainRows().length
            && first.validationRows().length == last.validationRows().length;
    return new Rows(same ? full : List.of(first), full, features.rows());
  }

  private static Fold thinned(Dataset train, Split split, int most, long seed, String which) {
    return Fold.of(
        train.features(),
        thin(split.train(), train, most, Seeds.derive(seed, which + "search rows")),
        thin(split.heldOut(), train, most, Seeds.derive(seed, which + "judged rows")));
  }

  private static int[] thin(int[] rows, Dataset train, int most, long seed) {
    if (rows.length <= most) {
      return rows;
    }
    Split split =
        Split.stratified(
            TrialRunner.pick(train.labels(), rows),
            train.classes().size(),
            (double) most / rows.length,
            seed);
    return TrialRunner.pick(rows, split.heldOut());
  }

  /** The same with more rows for students in the search, so many for each training row. */
  Rows searchingWith(MoreRows more, int each) {
    List<Fold> searched = with(search, more, each);
    return new Rows(searched, full == search ? searched : full, count);
  }

  /** The same with more rows for students in the last round too. */
  Rows endingWith(MoreRows more, int each) {
    return full == search ? this : new Rows(search, with(full, more, each), count);
  }

  /** The cuts of all rows with more rows for students. */
  List<Fold> fullWith(MoreRows more, int each) {
    return with(full, more, each);
  }

  private List<Fold> with(List<Fold> folds, MoreRows more, int each) {
    long first = first(more, each, count);
    return folds.stream().map(fold -> fold.with(more, first)).toList();
  }

  /** How many times as many rows trials of the last round have as those of the search. */
  double lastRound() {
    return (double) fitted(full) / fitted(search);
  }

  private static long fitted(List<Fold> folds) {
    return folds.stream().mapToLong(fold -> fold.trainRows().length).sum();
  }

  /** How many times as many rows last fits have as trials of the last round. */
  double lastFits() {
    Fold whole = full.get(0);
    return (double) count / (whole.trainRows().length + whole.validationRows().length);
  }

  /** How many rows there are if there are so many for each training row, at most. */
  static long first(MoreRows more, int each, int trainingRows) {
    return Math.min(more.most(), (long) each * trainingRows);
  }

  /** All rows to fit on, none to judge on. */
  static Fold all(Dataset train) {
    Matrix features = train.features();
    return new Fold(
        features, IntStream.range(0, features.rows()).toArray(), null, new int[0], null);
  }
}
