import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { PrepareOptions } from '../../../src/flavors/flavor.ts'
import type { LayerPlan } from '../../../src/image/layer-plan.ts'
import { modelNeeds } from '../../../src/image/model/model-needs.ts'
import { planModel } from '../../../src/image/model/plan-model.ts'
import { type ImageEngine, planProgram } from '../../../src/image/program/plan-program.ts'
import { planEngine } from '../../../src/image/system/plan-engine.ts'

/** What an image has of Headrace and its model, in a folder: without Node, which is this process's. */
export interface ImageRoot {
  readonly folder: string
  readonly engine: ImageEngine
  /** Program and script. */
  readonly command: readonly string[]
  /** Absolute path of the model. */
  readonly model: string
}

const PLATFORM = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64'

/** Lays the layers of a model's image out in an empty folder. `dist/image` must have been built. */
export async function layOut(model: string, folder: string, options?: PrepareOptions): Promise<ImageRoot> {
  const needs = await modelNeeds(model, options)
  const { engine } = needs
  const plans = [await planModel({ needs, platform: PLATFORM }), await planProgram({ engine })]
  const cacheFolder = join(folder, 'unused-cache')
  if (engine === 'onnxruntime') plans.push((await planEngine({ platform: PLATFORM, cacheFolder })).layer)
  for (const plan of plans) await unpack(plan, folder)
  return {
    ...{ folder, engine },
    command: [process.execPath, join(folder, 'opt/headrace/main.js')],
    model: join(folder, 'opt/ml/model'),
  }
}

async function unpack({ entries }: LayerPlan, folder: string): Promise<void> {
  for (const entry of entries) {
    const path = join(folder, entry.path)
    mkdirSync(dirname(path), { recursive: true })
    if (entry.kind === 'file') await pipeline(entry.open(), createWriteStream(path, { mode: entry.mode }))
  }
}
