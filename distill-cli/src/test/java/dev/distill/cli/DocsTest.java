package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What the documentation points at is there, and the commands that it shows are commands. */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Options of a run may take the place of those that it had. */
  private static final Set<String> TAKE_ALL_OF_RUN = Set.of("pick", "rerun");

  /** One page: where it is, what it links to, its headings as anchors, and its shell lines. */
  private record Page(Path path, List<String> links, Set<String> anchors, List<String> shell) {
    static Page of(Path path) throws IOException {
      Page page = new Page(path, new ArrayList<>(), new HashSet<>(), new ArrayList<>());
      Node text = Parser.builder().build().parse(Files.readString(path));
      text.accept(
          new AbstractVisitor() {
            @Override
            public void visit(Link link) {
              page.links.add(link.getDestination());
              visitChildren(link);
            }

            @Override
            public void visit(Image image) {
              page.links.add(image.getDestination());
            }

            @Override
            public void visit(Heading heading) {
              page.anchors.add(anchor(words(heading)));
              visitChildren(heading);
            }

            @Override
            public void visit(FencedCodeBlock block) {
              if (Set.of("", "sh").contains(block.getInfo())) {
                block.getLiteral().replace("\\\n", " ").lines().forEach(page.shell::add);
              }
            }
          });
      return page;
    }

    private static String words(Node node) {
      StringBuilder words = new StringBuilder();
      node.accept(
          new AbstractVisitor() {
            @Override
            public void visit(Text text) {
              words.append(text.getLiteral());
            }

            @Override
            public void visit(Code code) {
              words.append(code.getLiteral());
            }
          });
      return words.toString();
    }

    /** As GitHub makes it of a heading. */
    private static String anchor(String heading) {
      return heading
          .toLowerCase(Locale.ROOT)
          .replaceAll("[^\\p{L}\\p{N}_ -]", "")
          .replace(' ', '-');
    }
  }

  private static List<Page> pages() throws IOException {
    List<Page> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      for (Path path :
          Stream.concat(top, docs).filter(p -> p.toString().endsWith(".md")).sorted().toList()) {
        pages.add(Page.of(path));
      }
    }
    assertThat(pages).hasSizeGreaterThan(20);
    return pages;
  }

  @Test
  void every_link_leads_somewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Page page : pages()) {
      for (String link : page.links()) {
        if (link.matches("[a-z]+:.*")) {
          continue;
        }
        String[] parts = link.split("#", 2);
        Path parent = Objects.requireNonNull(page.path().getParent());
        Path target = parts[0].isEmpty() ? page.path() : parent.resolve(parts[0]).normalize();
        boolean there = Files.exists(target);
        if (there && parts.length == 2) {
          there = Page.of(target).anchors().contains(parts[1]);
        }
        if (!there) {
          broken.add(ROOT.relativize(page.path()) + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void every_command_and_option_that_is_shown_exists() throws IOException {
    Map<String, CommandLine> commands = Main.commandLine().getCommandSpec().subcommands();
    CommandSpec run = Objects.requireNonNull(commands.get("run")).getCommandSpec();
    List<String> wrong = new ArrayList<>();
    int shown = 0;
    for (Page page : pages()) {
      if (page.path().endsWith("CHANGELOG.md")) {
        continue; // what it tells of may be gone
      }
      for (String line : page.shell()) {
        List<String> words = Arrays.asList(line.replaceFirst("\\s#.*", "").strip().split("\\s+"));
        int at = words.indexOf("./distill");
        at = at < 0 && words.get(0).equals("distill") ? 0 : at;
        if (at < 0 || at + 1 == words.size()) {
          continue;
        }
        shown++;
        CommandLine command = commands.get(words.get(at + 1));
        if (command == null) {
          wrong.add(ROOT.relativize(page.path()) + ": " + line);
          continue;
        }
        CommandSpec spec = command.getCommandSpec();
        for (String word : words.subList(at + 2, words.size())) {
          String option = word.split("=", 2)[0].replaceFirst("[`);|]+$", "");
          if (option.startsWith("--")
              && spec.findOption(option) == null
              && !(TAKE_ALL_OF_RUN.contains(spec.name()) && run.findOption(option) != null)) {
            wrong.add(ROOT.relativize(page.path()) + ": " + option + " in " + line);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(shown).isGreaterThan(50);
  }
}
