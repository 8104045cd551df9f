import type { Command } from 'commander'
import {
  DEPLOY_JOB_SETTINGS,
  DEPLOY_SETTINGS,
  type DeployJobSettings,
  type DeploySettings,
} from '../deploy-settings.ts'
import { addSettings } from '../setting.ts'

/** `headrace deploy …`. Each command is imported when it runs. */
export function addDeployCommand(program: Command): void {
  const deploy = program.command('deploy').description('Writes what runs a model somewhere else')

  const server = deploy
    .command('kubernetes')
    .description('Prints the manifests that serve a model on Kubernetes')
    .helpOption('--help', 'show this help')
    .action(async () =>
      (await import('./deploy/deploy-server.ts')).deployServer(server.opts<DeploySettings>()),
    )
  addSettings(server, DEPLOY_SETTINGS)

  const job = deploy
    .command('kubernetes-job')
    .description('Prints the manifests of a job on Kubernetes that predicts a file in parts')
    .argument('[options...]', 'further options of `headrace predict`, behind --')
    .helpOption('--help', 'show this help')
    .action(async (options: string[]) =>
      (await import('./deploy/deploy-job.ts')).deployJob(job.opts<DeployJobSettings>(), options),
    )
  addSettings(job, DEPLOY_JOB_SETTINGS)
}
