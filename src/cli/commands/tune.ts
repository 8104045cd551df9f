import type { Command } from 'commander'
import { addSettings } from '../setting.ts'
import { TUNE_SETTINGS, type TuneSettings } from '../tune-settings.ts'
import { splitOperands } from './bench.ts'

const MORE_HELP = `
  headrace tune -m models:/iris@champion --p99 20ms
  headrace serve -m models:/iris@champion --tuned headrace.tuned.yaml

It takes about five minutes, and says so before it begins. What is clearly worse is given up after a second and a half;
what was found is measured beside the default, in turn, and where it is not proved to be better the default stays. Ctrl-C
ends it, and nothing is written.

Exit code 0, whatever was chosen; 1 where the model cannot be served; 2 for a call that cannot be understood; 130 by Ctrl-C.
`

export function addTuneCommand(program: Command): void {
  const command = program
    .command('tune')
    .description('Find the settings by which this machine serves a model best, and write them to a file')
    .argument('[flags...]', 'after --: flags of `headrace serve` that hold for all that is tried')
    .helpOption('--help', 'show this help')
    .addHelpText('after', MORE_HELP)
    .action(async (operands: readonly string[]) => {
      const { tune } = await import('./tune/tune.ts')
      await tune({ ...splitOperands(operands), settings: command.opts<TuneSettings>() })
    })
  addSettings(command, TUNE_SETTINGS)
}
