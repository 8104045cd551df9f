import { dirname, resolve } from 'node:path'
import { isPathSegment } from '../core/path-segment.ts'
import { parseModelUri } from '../registry-client/model-uri.ts'
import type { ModelPlan } from '../runtime/model-plan.ts'
import { BATCHING_SETTINGS } from './batching-settings.ts'
import { openModelsDocument } from './models-document.ts'
import { OVERLOAD_SETTINGS } from './overload-settings.ts'
import { PLACEMENT_SETTINGS } from './placement-settings.ts'
import type { YamlPlace } from './yaml-place.ts'

export interface ModelsFile {
  /** The default first, and of each name the preferred version first. */
  readonly plans: readonly ModelPlan[]
  /** The file says which model is the default. */
  readonly isDefaultNamed: boolean
  /** The file has `models`, be it none of them; one that has not is about rollouts of models named elsewhere. */
  readonly namesModels: boolean
}

const MAX_NAME_LENGTH = 256

/** How a model is served, by the names of the flags. */
const HOW = [
  ...['placement', 'workers', 'max-concurrent-requests', 'max-queue-rows', 'batching', 'max-batch-rows'],
  'target-p99-ms',
] as const
const MODEL_KEYS = ['name', 'uri', 'version', 'versions', 'default', ...HOW] as const
const VERSION_KEYS = ['uri', 'version', 'default', ...HOW] as const

type Places = ReadonlyMap<string, YamlPlace>
type How = Omit<ModelPlan, 'uri' | 'name' | 'version' | 'pin'>

/** One model of the file: all its versions. */
interface FileModel {
  readonly plans: readonly ModelPlan[]
  readonly isDefault: boolean
}

/**
 * Reads the file of `--models-file`. Paths in it are relative to its folder.
 * @throws ServingError INVALID_PARAMETER_VALUE, with the line and the key.
 */
export async function readModelsFile(file: string): Promise<ModelsFile> {
  const { models } = await openModelsDocument(file)
  if (models === undefined) return { plans: [], isDefaultNamed: false, namesModels: false }
  const names = new Set<string>()
  const folder = dirname(resolve(file))
  const read = models.list().map((place) => ({ place, ...readModel(place, folder, names) }))
  const defaults = read.filter(({ isDefault }) => isDefault)
  if (defaults[1] !== undefined) throw defaults[1].place.failure('more than one model is the default')
  const ordered = [...defaults, ...read.filter(({ isDefault }) => !isDefault)]
  return {
    plans: ordered.flatMap(({ plans }) => plans),
    isDefaultNamed: defaults.length > 0,
    namesModels: true,
  }
}

function readModel(place: YamlPlace, folder: string, names: Set<string>): FileModel {
  const places = place.map(MODEL_KEYS)
  const name = readName(places.get('name'), names)
  const versions = places.get('versions')
  const how = readHow(places)
  const isDefault = places.get('default')?.flag() ?? false
  if ((versions === undefined) === (places.get('uri') === undefined)) {
    throw place.failure("either 'uri' or 'versions' is needed")
  }
  if (versions === undefined)
    return { plans: [readPlan(place, places, folder, { ...name, ...how })], isDefault }
  if (name === undefined) throw place.failure("a model with 'versions' needs a 'name'")
  const own = places.get('version')
  if (own !== undefined) throw own.failure("it belongs into each of the 'versions'")
  return { plans: readVersions(versions, folder, { ...name, ...how }), isDefault }
}

function readVersions(
  versions: YamlPlace,
  folder: string,
  common: Omit<ModelPlan, 'uri'>,
): readonly ModelPlan[] {
  const read = versions.list().map((place) => {
    const places = place.map(VERSION_KEYS)
    const plan = readPlan(place, places, folder, merged(common, readHow(places)))
    return { place, plan, isDefault: places.get('default')?.flag() ?? false }
  })
  if (read.length === 0) throw versions.failure('it holds no version')
  const seen = new Set<string>()
  for (const { place, plan } of read) {
    if (plan.version === undefined) continue
    if (seen.has(plan.version)) throw place.failure(`version '${plan.version}' is there twice`)
    seen.add(plan.version)
  }
  if (read.filter(({ isDefault }) => isDefault).length > 1) {
    throw versions.failure('more than one version is the default')
  }
  return read.sort((a, b) => Number(b.isDefault) - Number(a.isDefault)).map(({ plan }) => plan)
}

/** What is said of a version comes before what is said of its model. */
function merged(common: Omit<ModelPlan, 'uri'>, own: How): Omit<ModelPlan, 'uri'> {
  return {
    ...common,
    ...own,
    ...((common.limits || own.limits) && { limits: { ...common.limits, ...own.limits } }),
    ...((common.batching || own.batching) && { batching: { ...common.batching, ...own.batching } }),
  }
}

function readPlan(
  place: YamlPlace,
  places: Places,
  folder: string,
  common: Omit<ModelPlan, 'uri'>,
): ModelPlan {
  const uri = places.get('uri')
  if (uri === undefined) throw place.failure("the key 'uri' is needed")
  return { ...common, uri: readUri(uri, folder), ...readVersion(places.get('version')) }
}

function readVersion(place: YamlPlace | undefined): { readonly version?: string } {
  if (place === undefined) return {}
  const version = place.text()
  if (!isPathSegment(version)) throw place.failure(`'${version}' cannot be part of a path`)
  return { version }
}

function readUri(place: YamlPlace, folder: string): string {
  const parsed = place.parsed(parseModelUri)
  return parsed.kind === 'path' ? resolve(folder, parsed.path) : place.text()
}

function readName(place: YamlPlace | undefined, names: Set<string>): { readonly name: string } | undefined {
  if (place === undefined) return undefined
  const name = place.text()
  if (name.length > MAX_NAME_LENGTH || !isPathSegment(name)) {
    throw place.failure(`'${name}' cannot be part of a path`)
  }
  if (names.has(name)) throw place.failure(`'${name}' is there twice: list its 'versions' in one place`)
  names.add(name)
  return { name }
}

function readHow(places: Places): How {
  const maxRequests = parsedBy(places.get('max-concurrent-requests'), OVERLOAD_SETTINGS.maxConcurrentRequests)
  const maxRows = parsedBy(places.get('max-queue-rows'), OVERLOAD_SETTINGS.maxQueueRows)
  const mode = parsedBy(places.get('batching'), BATCHING_SETTINGS.batching)
  const maxBatchRows = parsedBy(places.get('max-batch-rows'), BATCHING_SETTINGS.maxBatchRows)
  const targetP99Ms = parsedBy(places.get('target-p99-ms'), BATCHING_SETTINGS.targetP99Ms)
  return {
    ...given({
      placement: parsedBy(places.get('placement'), PLACEMENT_SETTINGS.placement),
      workers: parsedBy(places.get('workers'), PLACEMENT_SETTINGS.workers),
      limits: orNothing(given({ maxRequests, maxRows })),
      batching: orNothing(given({ mode, maxBatchRows, targetP99Ms })),
    }),
  }
}

/** As the flag of the same name is read. */
function parsedBy<T>(
  place: YamlPlace | undefined,
  row: { readonly default: T; parse(text: string, previous: T): T },
): T | undefined {
  return place?.parsed((text) => row.parse(text, row.default))
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

/** Without what is undefined. */
function given<T extends object>(values: T): Given<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Given<T>
}

function orNothing<T extends object>(values: T): T | undefined {
  return Object.keys(values).length === 0 ? undefined : values
}
