import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { bodyOf, modelFolder, type Recording, readRecordings } from '../../mlflow-scoring/recording.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** A model, and what was asked of it through the real MLflow. */
export interface RecordedModel {
  readonly name: string
  readonly folder: string
  readonly recordings: readonly Recording[]
  /** By which numbers may differ from MLflow's, of the largest beside them. */
  readonly tolerance: number
}

/** One request to one model. */
export interface RecordedRequest {
  readonly model: RecordedModel
  readonly recording: Recording
  readonly body: Uint8Array
}

/** The models of `models/`. */
export function bundledModels(): readonly RecordedModel[] {
  const files = globSync('models/*/*.recordings.jsonl', { cwd: ROOT }).sort()
  return files.map((file) => {
    const [, name = '', version = ''] = /models\/(.+)\/(.+)\.recordings/.exec(file) ?? []
    const lines = readFileSync(resolve(ROOT, file), 'utf8').trim().split('\n')
    return {
      name: `${name}-${version}`,
      folder: resolve(ROOT, `models/${name}/${version}`),
      recordings: lines.map((line) => JSON.parse(line) as Recording),
      // As in the replay of one request after the other, where the reasons are.
      tolerance: name === 'half' ? 2e-3 : name.startsWith('digits-') ? 1e-4 : 1e-5,
    }
  })
}

/** The small models of the scoring recordings. */
export function smallModels(): readonly RecordedModel[] {
  const byModel = new Map<string, Recording[]>()
  for (const recording of readRecordings()) {
    if (/^(content-type|endpoints):/.test(recording.kind)) continue
    const recordings = byModel.get(recording.model)
    if (recordings === undefined) byModel.set(recording.model, [recording])
    else recordings.push(recording)
  }
  return [...byModel].map(([name, recordings]) => ({
    ...{ name, folder: modelFolder(name), recordings, tolerance: 1e-5 },
  }))
}

export function requestsOf(model: RecordedModel): readonly RecordedRequest[] {
  return model.recordings.map((recording) => ({ model, recording, body: bodyOf(recording) }))
}
