package dev.distill.runtime;

/**
 * The bytes of a {@link TreeEnsemble} in a student file. As nodes come breadth-first, no child is
 * named: the children of a split are the next two nodes that no split had before it.
 */
final class TreeFormat {
  private static final int EVERY = 0xffff;
  static final int MOST_CLASSES = EVERY;

  // What stands of all nodes, one after the other.
  private static final int SPLITS = 0;
  private static final int MISSING_LEFT = 1;
  private static final int FEATURES = 2;
  private static final int THRESHOLDS = 3;
  private static final int LEAVES = 4;

  private TreeFormat() {}

  static void write(TreeEnsemble model, Output out) {
    int classes = model.classes();
    out.count(model.features());
    out.count(classes);
    for (int k = 0; k < classes; k++) {
      out.f32(model.base(k));
    }
    out.count(model.trees());
    for (int tree = 0; tree < model.trees(); tree++) {
      out.i32(model.nodes(tree));
      out.u16(model.targetClass(tree) < 0 ? EVERY : model.targetClass(tree));
    }
    int width = width(model.features());
    for (int part = SPLITS; part <= LEAVES; part++) {
      for (int tree = 0; tree < model.trees(); tree++) {
        for (int node = 0; node < model.nodes(tree); node++) {
          boolean leaf = model.isLeaf(tree, node);
          if (part == SPLITS) {
            out.bit(!leaf);
          } else if (leaf && part == LEAVES) {
            int target = model.targetClass(tree);
            for (int k = Math.max(0, target); k < (target < 0 ? classes : target + 1); k++) {
              out.f32(model.leaf(tree, node, k));
            }
          } else if (!leaf && part == MISSING_LEFT) {
            out.bit(model.missingLeft(tree, node));
          } else if (!leaf && part == FEATURES) {
            for (int b = 0; b < width; b++) {
              out.u8(model.feature(tree, node) >>> (8 * b));
            }
          } else if (!leaf && part == THRESHOLDS) {
            out.f32(model.threshold(tree, node));
          }
        }
      }
      out.endBits();
    }
  }

  static TreeEnsemble read(Input in, int expectedFeatures) throws StudentFileException {
    int features = in.count();
    if (features != expectedFeatures) {
      throw in.corrupt("%d features, expected %d".formatted(features, expectedFeatures));
    }
    int classes = in.count(4, "classes");
    float[] base = in.floats(classes, "base");
    int trees = in.count(10, "trees");
    int[] sizes = new int[trees];
    int[] targets = new int[trees];
    long nodes = 0;
    long vectorLeaves = 0;
    for (int tree = 0; tree < trees; tree++) {
      sizes[tree] = in.i32();
      int target = in.u16();
      targets[tree] = target == EVERY ? TreeEnsemble.EVERY : target;
      if (sizes[tree] < 1 || sizes[tree] % 2 == 0) {
        throw in.corrupt("tree %d: %d nodes".formatted(tree, sizes[tree]));
      }
      nodes += sizes[tree];
      vectorLeaves += target == EVERY ? sizes[tree] / 2 + 1 : 0;
      in.need(nodes, 4, "nodes");
    }
    int width = width(features);
    long splits = (nodes - trees) / 2;
    long values = nodes - splits + vectorLeaves * (classes - 1L);
    long expected = bytes(nodes) + bytes(splits) + splits * (width + 4L) + 4 * values;
    if (expected != in.remaining()) {
      throw in.corrupt("trees of %d bytes, got %d".formatted(expected, in.remaining()));
    }
    byte[] file = in.bytes();
    int isSplit = in.skip(bytes(nodes), 1, "");
    int missingLeft = in.skip(bytes(splits), 1, "");
    int feature = in.skip(splits, width, "");
    int thresholds = in.skip(splits, 4, "");
    int leaf = in.skip(values, 4, "");
    int end = leaf + 4 * (int) values;
    TreeLayout layout = new TreeLayout(features, base, targets, sizes, (int) vectorLeaves);
    float[] vector = new float[classes];
    int node = 0;
    int split = 0;
    for (int tree = 0; tree < trees; tree++) {
      int target = targets[tree];
      for (int last = node + sizes[tree]; node < last; node++) {
        if ((file[isSplit + (node >>> 3)] >>> (node & 7) & 1) != 0) {
          if (split == splits) {
            throw in.corrupt("tree %d: more splits than leaves".formatted(tree));
          }
          int index = 0;
          for (int b = 0; b < width; b++) {
            index |= (file[feature++] & 0xff) << (8 * b);
          }
          layout.split(
              index,
              Input.i32(file, thresholds + 4 * split),
              file[missingLeft + (split >>> 3)] >>> (split & 7) & 1);
          split++;
        } else if (end - leaf < (target < 0 ? 4 * classes : 4)) {
          throw in.corrupt("tree %d: more leaves than it has room for".formatted(tree));
        } else if (target < 0) {
          for (int k = 0; k < classes; k++, leaf += 4) {
            vector[k] = Float.intBitsToFloat(Input.i32(file, leaf));
          }
          layout.leaf(vector);
        } else {
          layout.leaf(Input.i32(file, leaf));
          leaf += 4;
        }
      }
    }
    return layout.build();
  }

  /** Bytes of a feature index. */
  private static int width(int features) {
    return features <= 1 << 8 ? 1 : features <= 1 << 16 ? 2 : 4;
  }

  /** Bytes of so many bits. */
  private static int bytes(long bits) {
    return (int) ((bits + 7) / 8);
  }
}
