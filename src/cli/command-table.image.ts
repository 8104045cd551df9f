import type { Command } from 'commander'
import type { AddCommand, COMMANDS as ALL_COMMANDS } from './command-table.ts'

/** What a container does: it serves its model, or scores a file with it. */
export const COMMANDS: typeof ALL_COMMANDS = new Map<string, AddCommand>([
  ['serve', async (program: Command) => (await import('./commands/serve.ts')).addServeCommand(program)],
  ['predict', async (program: Command) => (await import('./commands/predict.ts')).addPredictCommand(program)],
])
