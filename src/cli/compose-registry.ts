import type { Logger } from 'pino'
import { LocalRegistryClient } from '../registry-client/local-registry-client.ts'
import type { RegistryClient } from '../registry-client/registry-client.ts'
import { registryLocation } from './registry-location.ts'
import type { RegistrySettings } from './registry-settings.ts'

/** What finds models for a command, to be closed by it. Nothing is asked or opened before the first URI. */
export function openRegistryClient(settings: RegistrySettings, _logger: Logger): RegistryClient {
  return new LocalRegistryClient(registryLocation(settings))
}
