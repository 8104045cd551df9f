import type { ModelRegistry } from '../../../registry-client/model-registry.ts'
import type { RegistryClient } from '../../../registry-client/registry-client.ts'
import type { RegistryWriter } from '../../../registry-client/registry-writer.ts'
import { createLogger } from '../../../server/logger.ts'
import { openRegistries, openRegistryClient } from '../../compose-registry.ts'
import { openRegistryWriter } from '../../open-registry-writer.ts'
import type { ModelsOptions } from './options.ts'

/** Warnings and the progress of downloads go to standard error: standard output is the command's answer. */
export const logger = createLogger({ level: 'info', format: 'text' })

/** Opens the registry that the settings name, of whatever kind, to read it. */
export async function withRegistry<T>(
  options: ModelsOptions,
  work: (registry: ModelRegistry) => Promise<T>,
): Promise<T> {
  const registries = openRegistries(options, logger)
  try {
    return await work(await registries.open(registries.place('registry'), 'full'))
  } finally {
    await registries.close()
  }
}

/** What resolves model URIs as `headrace serve` does. */
export async function withResolver<T>(
  options: ModelsOptions,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const client = openRegistryClient(options, logger)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** Opens the registry that the settings name, of whatever kind, to change it. */
export async function withWriter<T>(
  options: ModelsOptions,
  work: (writer: RegistryWriter) => Promise<T>,
): Promise<T> {
  const writer = await openRegistryWriter(options, logger)
  try {
    return await work(writer)
  } finally {
    await writer.close()
  }
}
