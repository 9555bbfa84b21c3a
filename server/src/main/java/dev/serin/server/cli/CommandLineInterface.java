package dev.serin.server.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The command line: picks the command, runs it, and turns what went wrong into an exit code. */
public final class CommandLineInterface {
  /** Columns of a help text, as wide as the server's. */
  private static final int HELP_COLUMNS = 96;

  /** Columns of an option and what it takes. */
  private static final int HELP_OPTION_COLUMNS = 34;

  private final CommandLine commands;

  /**
   * A command line.
   *
   * @param launcher starts servers
   * @param terminal where commands read and write
   */
  public CommandLineInterface(ServerLauncher launcher, Terminal terminal) {
    commands = new CommandLine(new SerinCommand());
    commands
        .addSubcommand(new ServerCommand(launcher))
        .addSubcommand(new DemoCommand(launcher, terminal))
        .addSubcommand(new ApplyCommand(terminal))
        .addSubcommand(ValidateCommand.commandLine(terminal))
        .addSubcommand(new PlanCommand(terminal))
        .addSubcommand(new SimulateCommand(terminal))
        .addSubcommand(new VerdictCommand(terminal))
        .addSubcommand(RolloutCommands.commandLine(terminal))
        .addSubcommand(new GetCommand(terminal))
        .addSubcommand(new EvaluateCommand(terminal))
        .addSubcommand(new ExplainCommand(terminal))
        .addSubcommand(new CompareCommand(terminal))
        .addSubcommand(new SeriesCommand(terminal))
        .addSubcommand(new ExportCommand(terminal))
        .addSubcommand(new KillCommand(terminal))
        .addSubcommand(new ReviveCommand(terminal))
        .addSubcommand(new HistoryCommand(terminal))
        .addSubcommand(new RestoreCommand(terminal))
        .addSubcommand(new CopyCommand(terminal))
        .addSubcommand(new ArchiveCommand(terminal))
        .addSubcommand(new DeleteCommand(terminal))
        .addSubcommand(new CreateCommand(terminal))
        .addSubcommand(new VersionCommand(terminal));
    Failures failures = new Failures(terminal);
    commands
        .setOut(Terminal.writer(terminal.out()))
        .setErr(Terminal.writer(terminal.err()))
        .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(HELP_COLUMNS)
        .setUsageHelpLongOptionsMaxWidth(HELP_OPTION_COLUMNS)
        .setParameterExceptionHandler(failures::usage)
        .setExecutionExceptionHandler(failures::execution)
        .setExitCodeExceptionMapper(failure -> ExitCode.INTERNAL.code());
    addHelp(commands);
  }

  /**
   * Runs one command of this process.
   *
   * @param arguments the process's arguments
   * @param launcher starts servers
   * @return the exit code, one of {@link ExitCode} or the server's
   */
  public static int run(String[] arguments, ServerLauncher launcher) {
    return run(arguments, launcher, Terminal.ofProcess());
  }

  static int run(String[] arguments, ServerLauncher launcher, Terminal terminal) {
    int exitCode = new CommandLineInterface(launcher, terminal).execute(arguments);
    // Flushes first. Who reads half a list must not take it for all of it.
    if (!terminal.out().checkError()) {
      return exitCode;
    }
    terminal
        .err()
        .println(
            terminal.red("error: ") + "standard output: cut short (expected: room to write to)");
    return exitCode == ExitCode.OK.code() ? ExitCode.USAGE.code() : exitCode;
  }

  /** Runs one command; returns its exit code. */
  public int execute(String... arguments) {
    return commands.execute(arguments);
  }

  private static void addHelp(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.userObject() instanceof ServerCommand) {
      // The server explains itself.
      return;
    }
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .type(boolean.class)
            .description("Print this help.")
            .build());
    Map<String, String> exitCodes = new LinkedHashMap<>();
    Arrays.stream(ExitCode.values())
        .forEach(code -> exitCodes.put(" " + code.code(), code.meaning()));
    spec.usageMessage().exitCodeListHeading("Exit codes:%n").exitCodeList(exitCodes);
    command.getSubcommands().values().forEach(CommandLineInterface::addHelp);
  }
}
