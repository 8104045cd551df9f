import type { Command } from 'commander'
import { ROLLOUT_CLIENT_SETTINGS } from '../rollout-client-settings.ts'
import { addSettings, parserOf } from '../setting.ts'
import { positiveNumber } from '../values.ts'
import type { AbortOptions, ReportOptions, RolloutOptions, ShowOptions } from './rollout/options.ts'

const URL_HELP = 'http://host:port of any replica'
const NAME_HELP = 'rollout; may be left out where there is one'

/** `headrace rollout …`: asks a server that runs. Each command is imported when it runs. */
export function addRolloutCommand(program: Command): void {
  const rollout = program
    .command('rollout')
    .description('Shows and directs the rollouts of a server: splits, canaries, shadows')

  withServer(rollout.command('list'))
    .description('Lists the rollouts of a server')
    .argument('<url>', URL_HELP)
    .action(async (url: string, options: RolloutOptions) =>
      (await import('./rollout/show.ts')).list(url, options),
    )

  withServer(rollout.command('show'))
    .description('Shows a rollout: shares, guards, outcomes, and what they say')
    .argument('<url>', URL_HELP)
    .argument('[name]', NAME_HELP)
    .option(
      '--watch [seconds]',
      'show it again every so many seconds, 2 unless given',
      parserOf('--watch', positiveNumber),
    )
    .action(async (url: string, name: string | undefined, options: ShowOptions) =>
      (await import('./rollout/show.ts')).show(url, name, options),
    )

  withServer(rollout.command('report'))
    .description('Writes the report of a rollout: a page that a browser shows, with all it needs')
    .argument('<url>', URL_HELP)
    .argument('[name]', NAME_HELP)
    .requiredOption('-o, --output-path <file>', 'where the page is written')
    .action(async (url: string, name: string | undefined, options: ReportOptions) =>
      (await import('./rollout/report.ts')).report(url, name, options),
    )

  withServer(rollout.command('set'))
    .description('Gives variants other shares; those that are not named share what is left')
    .usage('[options] <url> [name] <shares>')
    .argument('<url>', URL_HELP)
    .argument('<name-or-shares>', `${NAME_HELP}; then percent by variant, to a tenth: a=80,b=20`)
    .argument('[shares]')
    .action(async (url: string, first: string, second: string | undefined, options: RolloutOptions) =>
      (await import('./rollout/direct.ts')).set(url, named(first, second), options),
    )

  withServer(rollout.command('promote'))
    .description('Gives a variant all requests, and ends the rollout')
    .usage('[options] <url> [name] <variant>')
    .argument('<url>', URL_HELP)
    .argument('<name-or-variant>', `${NAME_HELP}; then the variant`)
    .argument('[variant]')
    .action(async (url: string, first: string, second: string | undefined, options: RolloutOptions) =>
      (await import('./rollout/direct.ts')).promote(url, named(first, second), options),
    )

  withServer(rollout.command('abort'))
    .description('Gives the control all requests, and ends the rollout')
    .argument('<url>', URL_HELP)
    .argument('[name]', NAME_HELP)
    .option('--cause <text>', 'why, for whoever looks at it later')
    .action(async (url: string, name: string | undefined, options: AbortOptions) =>
      (await import('./rollout/direct.ts')).abort(url, name, options),
    )

  withServer(rollout.command('restart'))
    .description('Begins a rollout anew that has ended')
    .argument('<url>', URL_HELP)
    .argument('[name]', NAME_HELP)
    .action(async (url: string, name: string | undefined, options: RolloutOptions) =>
      (await import('./rollout/direct.ts')).restart(url, name, options),
    )

  withServer(rollout.command('rollback'))
    .description('Serves the version of a model again that --watch has replaced, while it is kept')
    .argument('<url>', URL_HELP)
    .argument('<model>', 'served name of the model')
    .action(async (url: string, model: string, options: RolloutOptions) =>
      (await import('./rollout/rollback.ts')).rollback(url, model, options),
    )
}

function withServer(command: Command): Command {
  addSettings(command, ROLLOUT_CLIENT_SETTINGS)
  return command.option('--json', 'print JSON', false)
}

/** The last argument is what is to be done; the one before it, where there are two, the rollout. */
function named(first: string, second: string | undefined): { name: string | undefined; wanted: string } {
  return second === undefined ? { name: undefined, wanted: first } : { name: first, wanted: second }
}
