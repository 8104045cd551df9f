import { expect } from 'vitest'
import type { ErrorCode } from '../../../src/core/errors.ts'
import type { RegistryStore } from '../../../src/store/registry/registry-store.ts'
import type { Stores } from '../../../src/store/stores.ts'

/** The stores of the test that is running, on a database of its own. */
export interface OpenedStores {
  readonly stores: () => Stores
  readonly registry: () => RegistryStore
}

export async function modelWithVersions(registry: RegistryStore, name: string, count: number): Promise<void> {
  await registry.registeredModels.create({ name })
  for (let i = 0; i < count; i++) await registry.modelVersions.create({ name, source: `/models/${i + 1}` })
}

export async function fails(work: Promise<unknown>, code: ErrorCode, text: string): Promise<void> {
  await expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
}
