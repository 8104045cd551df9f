import type { Command } from 'commander'
import { writeContext } from '../../image/dockerfile/write-context.ts'
import { createLogger } from '../../server/logger.ts'
import {
  GENERATE_DOCKERFILE_SETTINGS,
  type GenerateDockerfileSettings,
  settingsWithoutEffect,
} from '../dockerfile-settings.ts'
import { addSettings } from '../setting.ts'
import { planContext } from './image/plan-context.ts'
import { stopOnSignal } from './image/stop-on-signal.ts'

export function addGenerateDockerfileCommand(program: Command): void {
  const command = program
    .command('generate-dockerfile')
    .description('Write a folder from which docker, podman and buildah build an image that serves a model')
    .helpOption('--help', 'show this help')
    .action(async () => generateDockerfile(command.opts<GenerateDockerfileSettings>()))
  addSettings(command, GENERATE_DOCKERFILE_SETTINGS)
}

async function generateDockerfile(settings: GenerateDockerfileSettings): Promise<void> {
  const logger = createLogger({ level: 'info', format: 'text' })
  for (const sentence of settingsWithoutEffect(settings)) logger.warn(sentence)
  const { outputDirectory } = settings
  const signal = stopOnSignal()
  await writeContext(outputDirectory, await planContext(settings, logger, signal), signal)
  logger.info(`Wrote ${outputDirectory}: build it with \`docker build ${outputDirectory}\``)
}
