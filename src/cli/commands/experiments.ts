import type { Command } from 'commander'
import { parserOf } from '../setting.ts'
import { withTracking } from '../tracking/command.ts'
import { withExperiment } from '../tracking/find-experiment.ts'
import { withView } from '../tracking/view.ts'
import { positiveInteger } from '../values.ts'
import type { CreateOptions, ExperimentOptions, ListOptions, RenameOptions } from './experiments/options.ts'

/** `headrace experiments …`, with the flags of `mlflow experiments`. Each command is imported when it runs. */
export function addExperimentsCommand(program: Command): void {
  const experiments = program
    .command('experiments')
    .description('Lists, makes and changes the experiments of a tracking server or database')

  withTracking(withView(experiments.command('list').alias('search')))
    .description('Lists experiments, the newest first')
    .option('--filter <text>', "in MLflow's search grammar: tags.team = 'flowers'")
    .option('--max-results <count>', 'most that are listed', parserOf('--max-results', positiveInteger))
    .action(async (options: ListOptions) => (await import('./experiments/list.ts')).list(options))

  withTracking(experiments.command('create'))
    .description('Makes an experiment, and prints its id')
    .requiredOption('-n, --experiment-name <name>', 'its name')
    .option('-l, --artifact-location <uri>', 'folder of the files of its runs')
    .action(async (options: CreateOptions) => (await import('./experiments/change.ts')).create(options))

  withTracking(withExperiment(experiments.command('show').alias('get')))
    .description('Shows an experiment')
    .action(async (options: ExperimentOptions) => (await import('./experiments/show.ts')).show(options))

  withTracking(withExperiment(experiments.command('delete')))
    .description('Deletes an experiment with its runs; both can be restored')
    .action(async (options: ExperimentOptions) => (await import('./experiments/change.ts')).remove(options))

  withTracking(withExperiment(experiments.command('restore')))
    .description('Restores a deleted experiment with its runs')
    .action(async (options: ExperimentOptions) => (await import('./experiments/change.ts')).restore(options))

  withTracking(withExperiment(experiments.command('rename')))
    .description('Gives an experiment another name')
    .requiredOption('--new-name <name>', 'the new name')
    .action(async (options: RenameOptions) => (await import('./experiments/change.ts')).rename(options))
}
