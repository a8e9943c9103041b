package dev.distill.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code distill man}: the manual page, made from the commands as they are. */
@Command(
    name = "man",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the manual page.",
      "",
      "  read it:     distill man | man -l -",
      "  install it:  distill man > ~/.local/share/man/man1/distill.1",
      ""
    })
final class ManCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(ManPage.of(spec.root()));
    out.flush();
    return Main.OK;
  }
}
