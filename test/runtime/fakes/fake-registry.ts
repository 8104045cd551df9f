import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { notFound } from '../../../src/core/errors.ts'
import type { ResolvedModel } from '../../../src/core/resolved-model.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import type { FakeConfig } from './flavor-table.ts'

/** A folder of a model of the fake flavors. */
export function fakeModel(config: FakeConfig = {}): string {
  const folder = join(temporaryFolder(), 'model')
  mkdirSync(folder)
  writeFileSync(join(folder, 'MLmodel'), `flavors:\n  onnx: ${JSON.stringify(config)}\n`)
  return folder
}

/** A registry of one model, whose versions are these folders, and whose alias `champion` can be moved. */
export class FakeRegistry {
  champion = '1'
  readonly #folders: readonly string[]
  readonly asked: string[] = []

  constructor(...folders: readonly string[]) {
    this.#folders = folders
  }

  async resolve(uri: string): Promise<ResolvedModel> {
    this.asked.push(uri)
    const alias = uri === 'models:/iris@champion' ? 'champion' : undefined
    const version = alias ? this.champion : /^models:\/iris\/(.*)$/.exec(uri)?.[1]
    const number = version === 'latest' ? String(this.#folders.length) : version
    const path = number === undefined ? uri : this.#folders[Number(number) - 1]
    if (path === undefined || uri.startsWith('models:/other')) throw notFound(`There is no ${uri}`)
    return {
      uri,
      canonicalUri: alias || number === undefined ? uri : `models:/iris/${number}`,
      name: number === undefined ? basename(path) : 'iris',
      version: number,
      alias,
      path,
      origin: { kind: 'local', location: path, registry: undefined },
    }
  }
}
