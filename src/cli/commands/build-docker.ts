import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { writeContext } from '../../image/dockerfile/write-context.ts'
import { createLogger } from '../../server/logger.ts'
import {
  BUILD_DOCKER_SETTINGS,
  type BuildDockerSettings,
  settingsWithoutEffect,
} from '../dockerfile-settings.ts'
import { addSettings } from '../setting.ts'
import { buildFolder, findBuilder } from './image/folder-builder.ts'
import { planContext } from './image/plan-context.ts'
import { stopOnSignal } from './image/stop-on-signal.ts'

export function addBuildDockerCommand(program: Command): void {
  const command = program
    .command('build-docker')
    .description(
      'Build an image that serves a model with docker, podman or buildah (without any: build-image)',
    )
    .helpOption('--help', 'show this help')
    .action(async () => buildDocker(command.opts<BuildDockerSettings>()))
  addSettings(command, BUILD_DOCKER_SETTINGS)
}

async function buildDocker(settings: BuildDockerSettings): Promise<void> {
  const logger = createLogger({ level: 'info', format: 'text' })
  for (const sentence of settingsWithoutEffect(settings)) logger.warn(sentence)
  const builder = findBuilder(settings.builder)
  const signal = stopOnSignal()
  const folder = await mkdtemp(join(tmpdir(), 'headrace-image-'))
  try {
    await writeContext(folder, await planContext(settings, logger, signal), signal)
    logger.info(`Building ${settings.name} with ${builder}`)
    process.exitCode = await buildFolder(builder, { folder, name: settings.name, signal })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
