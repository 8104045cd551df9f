import { join } from 'node:path'
import { seededRandom } from '../../src/core/seeded-random.ts'
import { expectedOf } from './expected.ts'
import { INPUT, makeNetwork, type Network, OUTPUT } from './networks.ts'
import type { Workload } from './workload.ts'

/** Gives the elements of the rows, one by one, from random numbers from 0 to 1. */
export type Elements = (random: () => number) => number

/** Lengths in centimetres, as the measures of an iris are written. */
export const centimetres: Elements = (random) => Math.round(random() * 70 + 1) / 10

/** Bytes of a picture, scaled to 0 … 1. */
export const pixels: Elements = (random) => Math.floor(random() * 256) / 255

/** Standardised measures, with all their digits. */
export const measures: Elements = (random) => (random() + random() + random() - 1.5) * 2

/** A network below `folder`, and requests of one row for it. */
export async function networkWorkload(
  folder: string,
  network: Network,
  elements: Elements,
): Promise<Workload> {
  const { name, inputShape, classes, columns, isLong } = network
  const modelFolder = makeNetwork(folder, network)
  const random = seededRandom(8)
  const data = new Float32Array(inputShape.reduce((product, size) => product * size, 1))
  const workload: Omit<Workload, 'expected'> = {
    name,
    folder: modelFolder,
    onnxFile: join(modelFolder, 'model.onnx'),
    ...(isLong && { isLong }),
    input: {
      ...{ name: INPUT, datatype: 'FP32', shape: [1, ...inputShape], data: data.map(() => elements(random)) },
      ...(columns && { columns }),
    },
    output: { name: OUTPUT, datatype: 'FP32', shape: [1, classes] },
  }
  return { ...workload, expected: await expectedOf(workload) }
}
