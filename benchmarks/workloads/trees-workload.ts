import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '../../src/core/seeded-random.ts'
import { expectedOf } from './expected.ts'
import { withMatrixOutput } from './matrix-output.ts'
import { writeModelFolder } from './model-folder.ts'
import type { Workload } from './workload.ts'

const TRAINED = fileURLToPath(new URL('../../models/breast-cancer/1/', import.meta.url))

/** 120 boosted trees that were trained on 30 measures of tumours (`models/train.py`), and requests of so many rows for them. */
export async function treesWorkload(folder: string, rows: number): Promise<Workload> {
  const { onnx, input, output } = withMatrixOutput(join(TRAINED, 'model.onnx'))
  const { columns, data } = samples()
  const width = columns.length
  const modelFolder = writeModelFolder(folder, { name: 'trees', onnx, input, inputShape: [width], columns })
  const workload: Omit<Workload, 'expected'> = {
    name: 'trees',
    folder: modelFolder,
    onnxFile: join(modelFolder, 'model.onnx'),
    input: { name: input, datatype: 'FP32', shape: [rows, width], data: mixed(data, rows), columns },
    output: { name: output, datatype: 'FP32', shape: [rows, 2] },
  }
  return { ...workload, expected: await expectedOf(workload) }
}

interface Samples {
  readonly columns: readonly string[]
  readonly data: readonly (readonly number[])[]
}

/** Six rows of the data that the trees were trained for. */
function samples(): Samples {
  const [line = ''] = readFileSync(join(TRAINED, 'golden.jsonl'), 'utf8').split('\n')
  const { body } = JSON.parse(line) as { readonly body: string }
  return (JSON.parse(body) as { readonly dataframe_split: Samples }).dataframe_split
}

/** Rows between two of the samples, each at a place of its own: they go through the trees by different ways. */
function mixed(data: Samples['data'], rows: number): Float32Array {
  const random = seededRandom(rows)
  const sample = () => data[Math.floor(random() * data.length)] ?? []
  const made = Array.from({ length: rows }, () => {
    const [from, to, weight] = [sample(), sample(), random()]
    return from.map(
      (value, column) => value + ((to[column] ?? value) * (0.9 + 0.2 * random()) - value) * weight,
    )
  })
  return Float32Array.from(made.flat())
}
