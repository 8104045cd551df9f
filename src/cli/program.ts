import { Command, CommanderError } from 'commander'
import { messageOf, ServingError } from '../core/errors.ts'
import { printable } from '../core/printable.ts'
import { COMMANDS } from './command-table.ts'
import { endBySignals } from './first-process.ts'
import { allowClosedOutput } from './output.ts'
import { describeOption } from './setting.ts'
import { isUsageError } from './usage-error.ts'
import { version } from './version.ts'

/** Exit codes as in MLflow's command line: 1 for a failure, 2 for a call that cannot be understood. */
const FAILURE = 1
const USAGE = 2

/** Reads the command line and runs it; failures become one line on stderr and the exit code. */
export async function run(args: readonly string[]): Promise<void> {
  endBySignals()
  allowClosedOutput()
  try {
    await (await buildProgram(args[0])).parseAsync([...args], { from: 'user' })
  } catch (error) {
    const code = report(error)
    process.exitCode ??= code
  }
}

/** The program with the named command, or with all of them for the help: a command's imports cost start time. */
async function buildProgram(command: string | undefined): Promise<Command> {
  const program = new Command('headrace')
    .description('Serves the models of an MLflow registry')
    .version(version(), '--version')
    .helpOption('--help', 'show this help')
    .configureHelp({ optionDescription: describeOption })
    .exitOverride()
  const named = COMMANDS.get(command ?? '')
  for (const add of named === undefined ? COMMANDS.values() : [named]) await add(program)
  return program
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  const text = isDefect(error) ? (error.stack ?? error.message) : oneLine(messageOf(error))
  process.stderr.write(`headrace: ${text}\n`)
  return isUsageError(error) ? USAGE : FAILURE
}

/** What a person can only report, and then with its place in the code; another server's defect is not ours. */
function isDefect(error: unknown): error is Error {
  return error instanceof ServingError ? error.errorClass === 'CLIENT_INTERNAL_ERROR' : error instanceof Error
}

/** Messages that quote another program's may have lines of their own. */
function oneLine(text: string): string {
  return printable(text.trim().replace(/\s*\n\s*/g, ' '))
}
