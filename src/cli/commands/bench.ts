import type { Command } from 'commander'
import { BENCH_SETTINGS, type BenchSettings } from '../bench-settings.ts'
import { addSettings } from '../setting.ts'

const MORE_HELP = `
With no flags it takes about half a minute: one connection, for the latency without a queue; 32 of them, for
the most that the server can do; then Poisson arrivals at half of that, as users see it. Several targets take
turns in short rounds, and the verdict has an interval.

  headrace bench http://localhost:5000
  headrace bench http://localhost:5000/invocations --rate 500 --duration 30s --payload body.json --json out.json
  headrace bench -m models:/iris@champion -- --listeners 2
  headrace bench http://a:5000 http://b:5000
  headrace bench http://localhost:5000 --find-max --p99 20ms

Exit code 0; 1 where an assertion fails, or nothing is answered; 2 for a call that cannot be understood; 130 by Ctrl-C,
which ends the measurement and shows what was measured by then.
`

export function addBenchCommand(program: Command): void {
  const command = program
    .command('bench')
    .description('Measure any model server: latency under load, and the most that it can do')
    .argument('[urls...]', 'servers, or with a path what is asked: http://, https://, grpc:// or grpcs://')
    .helpOption('--help', 'show this help')
    .addHelpText('after', MORE_HELP)
    .action(async (operands: readonly string[]) => {
      const { bench } = await import('./bench/bench.ts')
      const { urls, serverFlags } = splitOperands(operands)
      await bench({ urls, serverFlags, settings: command.opts<BenchSettings>() })
    })
  addSettings(command, BENCH_SETTINGS)
}

/** What stands after `--` begins with a flag of the server's, which no URL does. */
export function splitOperands(operands: readonly string[]): {
  readonly urls: readonly string[]
  readonly serverFlags: readonly string[]
} {
  const first = operands.findIndex((operand) => operand.startsWith('-'))
  const end = first === -1 ? operands.length : first
  return { urls: operands.slice(0, end), serverFlags: operands.slice(end) }
}
