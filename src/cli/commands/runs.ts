import type { Command } from 'commander'
import { parserOf } from '../setting.ts'
import { withTracking } from '../tracking/command.ts'
import { withExperiment } from '../tracking/find-experiment.ts'
import { withView } from '../tracking/view.ts'
import { positiveInteger } from '../values.ts'
import type { CompareOptions, ListOptions, RunOptions } from './runs/options.ts'

/** `headrace runs …`, with the flags of `mlflow runs`. Each command is imported when it runs. */
export function addRunsCommand(program: Command): void {
  const runs = program
    .command('runs')
    .description('Lists, shows, compares and deletes the runs of a tracking server or database')

  withTracking(withView(withExperiment(runs.command('list'))))
    .description('Lists the runs of an experiment, the newest first')
    .option('--filter <text>', "in MLflow's search grammar: metrics.rmse < 1 AND params.depth = '3'")
    .option('--order-by <keys>', 'metrics.rmse DESC, start_time; separated by commas')
    .option('--max-results <count>', 'most that are listed', parserOf('--max-results', positiveInteger))
    .action(async (options: ListOptions) => (await import('./runs/list.ts')).list(options))

  withTracking(runs.command('show').alias('describe'))
    .description('Shows all of a run')
    .requiredOption('-r, --run-id <id>', 'id of the run')
    .action(async (options: RunOptions) => (await import('./runs/show.ts')).show(options))

  withTracking(runs.command('compare'))
    .description('Shows params and metrics of several runs side by side')
    .argument('<run-id...>', 'two runs or more')
    .option('--differences', 'only what is not the same in all of them', false)
    .action(async (ids: readonly string[], options: CompareOptions) =>
      (await import('./runs/compare.ts')).compare(ids, options),
    )

  withTracking(runs.command('delete'))
    .description('Deletes a run; it can be restored')
    .requiredOption('-r, --run-id <id>', 'id of the run')
    .action(async (options: RunOptions) => (await import('./runs/change.ts')).remove(options))

  withTracking(runs.command('restore'))
    .description('Restores a deleted run')
    .requiredOption('-r, --run-id <id>', 'id of the run')
    .action(async (options: RunOptions) => (await import('./runs/change.ts')).restore(options))
}
