import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ResolvedModel } from '../../../../src/core/resolved-model.ts'
import { ModelRepository, type ModelRepositoryOptions } from '../../../../src/runtime/model-repository.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import type { HostileConfig } from './hostile-flavors.ts'

export interface LogLine {
  readonly level: 'info' | 'warn'
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

export interface TestRepository {
  readonly repository: ModelRepository
  readonly log: readonly LogLine[]
}

/** Trials run in idle time, of which a machine that does other things as well has little. */
const TRIAL_TIMEOUT_MS = 300_000

/** A repository of model paths, closed when the test ends. */
export function openRepository(options: Partial<ModelRepositoryOptions> = {}): TestRepository {
  const lines: LogLine[] = []
  const record = (level: LogLine['level']) => (facts: object, message: string) =>
    void lines.push({ level, message, facts: { ...facts } })
  const log = { info: record('info'), warn: record('warn') }
  const trial = { timeoutMs: TRIAL_TIMEOUT_MS, ...options.trial }
  const repository = new ModelRepository({ resolve: resolvePath, log, ...options, trial })
  onTestFinished(() => repository.close())
  return { repository, log: lines }
}

export async function resolvePath(path: string): Promise<ResolvedModel> {
  return {
    uri: path,
    canonicalUri: path,
    name: basename(path, '.onnx'),
    version: undefined,
    alias: undefined,
    path,
    origin: { kind: 'local', location: path, registry: undefined },
  }
}

/** A model folder for the hostile flavors. */
export function hostileFolder(config: HostileConfig = {}, name = 'model'): string {
  const folder = join(temporaryFolder(), name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'MLmodel'), `flavors:\n  onnx: ${JSON.stringify(config)}\n`)
  return folder
}
