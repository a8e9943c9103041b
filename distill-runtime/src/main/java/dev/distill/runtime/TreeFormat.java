package dev.distill.runtime;

import java.nio.ByteBuffer;

/**
 * The bytes of a {@link TreeEnsemble} in a student file. As nodes come breadth-first, no child is
 * named: the children of a split are the next two nodes that no split had before it.
 */
final class TreeFormat {
  private static final int EVERY = 0xffff;
  static final int MOST_CLASSES = EVERY;

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
    Bits splits = new Bits(out);
    each(model, (tree, node, leaf) -> splits.put(!leaf));
    splits.flush();
    Bits missingLeft = new Bits(out);
    each(
        model,
        (tree, node, leaf) -> {
          if (!leaf) {
            missingLeft.put(model.missingLeft(tree, node));
          }
        });
    missingLeft.flush();
    int width = width(model.features());
    each(
        model,
        (tree, node, leaf) -> {
          if (!leaf) {
            int feature = model.feature(tree, node);
            for (int b = 0; b < width; b++) {
              out.u8(feature >>> (8 * b));
            }
          }
        });
    each(
        model,
        (tree, node, leaf) -> {
          if (!leaf) {
            out.f32(model.threshold(tree, node));
          }
        });
    each(
        model,
        (tree, node, leaf) -> {
          if (leaf) {
            int target = model.targetClass(tree);
            for (int k = Math.max(0, target); k < (target < 0 ? classes : target + 1); k++) {
              out.f32(model.leaf(tree, node, k));
            }
          }
        });
  }

  static TreeEnsemble read(Input in, int expectedFeatures) throws StudentFileException {
    int features = in.count();
    if (features != expectedFeatures) {
      throw in.corrupt("%d features, expected %d".formatted(features, expectedFeatures));
    }
    int classes = in.count(4, "classes");
    float[] base = new float[classes];
    for (int k = 0; k < classes; k++) {
      base[k] = in.f32();
    }
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
    ByteBuffer isSplit = in.block(bytes(nodes));
    ByteBuffer missingLeft = in.block(bytes(splits));
    ByteBuffer feature = in.block((int) splits * width);
    ByteBuffer threshold = in.block((int) splits * 4);
    ByteBuffer leaf = in.block((int) values * 4);
    TreeLayout layout = new TreeLayout(features, base, targets, sizes, (int) vectorLeaves);
    float[] vector = new float[classes];
    int node = 0;
    for (int tree = 0; tree < trees; tree++) {
      for (int end = node + sizes[tree]; node < end; node++) {
        if (bit(isSplit, node)) {
          int split = threshold.position() / 4;
          if (split == splits) {
            throw in.corrupt("tree %d: more splits than leaves".formatted(tree));
          }
          int index = 0;
          for (int b = 0; b < width; b++) {
            index |= (feature.get() & 0xff) << (8 * b);
          }
          layout.split(index, threshold.getFloat(), bit(missingLeft, split));
        } else if (leaf.remaining() < (targets[tree] < 0 ? 4 * classes : 4)) {
          throw in.corrupt("tree %d: more leaves than it has room for".formatted(tree));
        } else if (targets[tree] < 0) {
          for (int k = 0; k < classes; k++) {
            vector[k] = leaf.getFloat();
          }
          layout.leaf(vector);
        } else {
          layout.leaf(leaf.getFloat());
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

  private static boolean bit(ByteBuffer bits, int index) {
    return (bits.get(index >>> 3) >>> (index & 7) & 1) != 0;
  }

  private interface NodeVisitor {
    void visit(int tree, int node, boolean leaf);
  }

  private static void each(TreeEnsemble model, NodeVisitor visitor) {
    for (int tree = 0; tree < model.trees(); tree++) {
      for (int node = 0; node < model.nodes(tree); node++) {
        visitor.visit(tree, node, model.isLeaf(tree, node));
      }
    }
  }

  /** Bits to bytes, the lowest bit first. */
  private static final class Bits {
    private final Output out;
    private int bits;
    private int count;

    Bits(Output out) {
      this.out = out;
    }

    void put(boolean bit) {
      bits |= (bit ? 1 : 0) << count;
      if (++count == 8) {
        flush();
      }
    }

    void flush() {
      if (count > 0) {
        out.u8(bits);
      }
      bits = 0;
      count = 0;
    }
  }
}
