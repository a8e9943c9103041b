package dev.distill.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill completion}: what a shell completes. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a script with which a shell completes commands, options and their values.",
      "",
      "  bash:  source <(distill completion bash)      in ~/.bashrc, to keep it",
      "  zsh:   source <(distill completion zsh)       in ~/.zshrc",
      ""
    })
final class CompletionCommand implements Callable<Integer> {
  /** Shells. */
  enum Shell {
    BASH,
    ZSH
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
  private Shell shell = Shell.BASH;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (shell == Shell.ZSH) {
      // The script is one for bash, which zsh reads in a mode of its own.
      out.println("autoload -U +X compinit && compinit -u");
    }
    out.print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
    out.flush();
    return Main.OK;
  }
}
