import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, ServingError } from '../../../../src/core/errors.ts'
import type { ModelArtifacts } from '../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { readArtifacts } from '../../../../src/flavors/tfjs/artifacts/read-artifacts.ts'
import { compileModel } from '../../../../src/flavors/tfjs/compile/compile.ts'
import { NotCompiled } from '../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { computedMs } from '../../../fixtures/computing-time.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { Random } from '../../../soak/mlflow-differential/random.ts'
import { GRAPH_OPERATORS, graphRecipe } from '../sweep/graph-generator.ts'
import { graphModel } from '../sweep/graph-model.ts'
import { LAYER_CLASSES, layersRecipe } from '../sweep/layers-generator.ts'
import { layersModel } from '../sweep/layers-model.ts'
import { useBackend } from '../sweep/tfjs-model.ts'
import { damageJson, damageWeights } from './damage.ts'

export interface HostileOptions {
  readonly seed: number
  /** How many models are damaged: one made for each layer and each operator, in turn. */
  readonly models: number
  /** How often each is, from what it was. */
  readonly damages: number
}

/** What came of models that were damaged at random. */
export interface HostileReport {
  readonly counts: Readonly<Record<'compiled' | 'notCompiled' | 'refused', number>>
  /** Errors that say nothing about the model, and models that took too much time or memory. */
  readonly failures: readonly string[]
}

/** Of processor time, and of memory, for one damaged model, which is small. */
const LONGEST_MS = 5_000
const MOST_BYTES = 512 * 1024 * 1024

/** Reads and compiles damaged models. */
export async function tryHostileModels({ seed, models, damages }: HostileOptions): Promise<HostileReport> {
  await useBackend('cpu')
  const counts = { compiled: 0, notCompiled: 0, refused: 0 }
  const failures: string[] = []
  const folder = temporaryFolder()
  for (let index = 0; index < models; index += 1) {
    const whole = await wholeModel(seed + index)
    for (let damage = 0; whole !== undefined && damage < damages; damage += 1) {
      const own = (seed + index) * 100_003 + damage
      writeDamaged(new Random(own), whole, folder)
      const outcome = await boundedOutcome(folder)
      if (typeof outcome === 'string') counts[outcome] += 1
      else failures.push(`${own}: ${outcome.failure}`)
    }
  }
  return { counts, failures }
}

/** undefined where TF.js refuses what was made at random. */
async function wholeModel(seed: number): Promise<ModelArtifacts | undefined> {
  const names = [...LAYER_CLASSES, ...GRAPH_OPERATORS]
  const at = seed % names.length
  try {
    const isLayer = at < LAYER_CLASSES.length
    const model = isLayer
      ? await layersModel(layersRecipe(seed, names[at]!))
      : graphModel(await graphRecipe(seed, names[at]!))
    return model.artifacts
  } catch {
    return undefined
  }
}

function writeDamaged(random: Random, whole: ModelArtifacts, folder: string): void {
  const { format, topology, signature, weightSpecs, weightData } = whole
  const modelJson = structuredClone({
    format,
    modelTopology: topology,
    ...(signature === undefined ? {} : { signature }),
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  })
  const weights = new Uint8Array(weightData.slice(0))
  if (random.chance(0.3)) damageWeights(random, weights)
  else damageJson(random, modelJson)
  writeFileSync(join(folder, 'model.json'), JSON.stringify(modelJson))
  writeFileSync(join(folder, 'weights.bin'), weights)
}

type Outcome = keyof HostileReport['counts'] | { readonly failure: string }

async function boundedOutcome(folder: string): Promise<Outcome> {
  const start = computedMs()
  const before = process.memoryUsage.rss()
  const outcome = await outcomeOf(folder)
  const took = Math.round(computedMs() - start)
  const grown = process.memoryUsage.rss() - before
  if (took > LONGEST_MS) return { failure: `took ${took} ms` }
  return grown > MOST_BYTES ? { failure: `took ${grown} bytes` } : outcome
}

async function outcomeOf(folder: string): Promise<Outcome> {
  try {
    await compileModel(await readArtifacts(folder, 'model.json'))
    return 'compiled'
  } catch (error) {
    if (error instanceof NotCompiled) return 'notCompiled'
    return error instanceof ServingError ? 'refused' : { failure: `${messageOf(error)}\n${stackOf(error)}` }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 5).join('\n') : ''
}
