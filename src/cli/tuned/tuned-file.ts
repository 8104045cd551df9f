import { readFile } from 'node:fs/promises'
import { Document } from 'yaml'
import { invalidParameter, messageOf } from '../../core/errors.ts'
import { BATCHING_SETTINGS } from '../batching-settings.ts'
import { LISTENER_SETTINGS } from '../listener-settings.ts'
import { PLACEMENT_SETTINGS } from '../placement-settings.ts'
import type { Setting } from '../setting.ts'
import { positiveInteger, positiveNumber } from '../values.ts'
import { YamlPlace } from '../yaml-place.ts'
import type { Machine } from './machine.ts'

/** What `headrace tune` writes, and `headrace serve --tuned` reads. */
export interface TunedFile {
  /** By the names of the flags of `headrace serve`; none where the default was the best. */
  readonly settings: Readonly<Record<string, string>>
  readonly model: { readonly uri: string; readonly digest: string }
  readonly machine: Machine
  readonly versions: { readonly headrace: string; readonly node: string }
}

/** Settings that a file may have, by the names of their flags. */
const ROWS = {
  placement: rowOf('placement', PLACEMENT_SETTINGS.placement),
  workers: rowOf('workers', PLACEMENT_SETTINGS.workers),
  listeners: rowOf('listeners', LISTENER_SETTINGS.listeners),
  batching: rowOf('batching', BATCHING_SETTINGS.batching),
  'max-batch-rows': rowOf('maxBatchRows', BATCHING_SETTINGS.maxBatchRows),
  'target-p99-ms': rowOf('targetP99Ms', BATCHING_SETTINGS.targetP99Ms),
} as const

const FLAGS = ['placement', 'workers', 'listeners', 'batching', 'max-batch-rows', 'target-p99-ms'] as const

/** A row of the settings table with its key there; each has a variable. */
function rowOf<T>(key: string, row: Setting<T>) {
  const parse = (text: string): unknown => row.parse(text, row.default)
  return { key, variable: row.variable ?? '', parse }
}

/** The text of a file. @param words say what was measured, and why these are the settings; they stand above it as a comment. */
export function tunedFileText({ settings, ...facts }: TunedFile, words: readonly string[]): string {
  const typed = Object.entries(settings).map(([flag, value]) => [
    flag,
    /^\d/.test(value) ? Number(value) : value,
  ])
  const document = new Document({ settings: Object.fromEntries(typed), ...facts })
  document.commentBefore = words.map((line) => ` ${line}`).join('\n')
  return document.toString({ lineWidth: 0 })
}

/** @throws ServingError INVALID_PARAMETER_VALUE where it cannot be read, with the line and the key where one is wrong */
export async function readTunedFile(file: string): Promise<TunedFile> {
  const places = YamlPlace.read(file, await textOf(file)).map(['settings', 'model', 'machine', 'versions'])
  const needed = (name: 'settings' | 'model' | 'machine' | 'versions'): YamlPlace => {
    const place = places.get(name)
    if (place === undefined)
      throw invalidParameter(`${file}: the key '${name}' is needed: was it made by headrace tune?`)
    return place
  }
  const model = texts(needed('model'), ['uri', 'digest'])
  const machine = texts(needed('machine'), ['processor', 'cores', 'memoryGb'])
  return {
    settings: readSettings(needed('settings')),
    model,
    machine: {
      processor: machine.processor,
      cores: positiveInteger(machine.cores),
      memoryGb: positiveNumber(machine.memoryGb),
    },
    versions: texts(needed('versions'), ['headrace', 'node']),
  }
}

/** A setting of a file. */
export interface TunedSetting {
  /** `--workers 4` */
  readonly text: string
  /** `MLFLOW_MODELS_WORKERS=4` */
  readonly assignment: string
  /** In the settings of `headrace serve`, with the value that it has there. */
  readonly key: string
  readonly value: unknown
}

/** All that a file sets, in the order of the settings. */
export function tunedSettings({ settings }: Pick<TunedFile, 'settings'>): readonly TunedSetting[] {
  return FLAGS.flatMap((flag) => {
    const given = settings[flag]
    if (given === undefined) return []
    const { key, variable, parse } = ROWS[flag]
    return [{ text: `--${flag} ${given}`, assignment: `${variable}=${given}`, key, value: parse(given) }]
  })
}

function readSettings(place: YamlPlace): Readonly<Record<string, string>> {
  const read = [...place.map(FLAGS)].map(([flag, value]) => {
    const given = value.text()
    value.parsed(ROWS[flag].parse)
    return [flag, given] as const
  })
  return Object.fromEntries(read)
}

function texts<const Key extends string>(
  place: YamlPlace,
  keys: readonly Key[],
): Readonly<Record<Key, string>> {
  const places = place.map(keys)
  const read = keys.map((key) => {
    const value = places.get(key)
    if (value === undefined) throw place.failure(`the key '${key}' is needed`)
    return [key, value.text()] as const
  })
  return Object.fromEntries(read) as Record<Key, string>
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw invalidParameter(`The file of --tuned cannot be read: ${messageOf(error)}`)
  }
}
