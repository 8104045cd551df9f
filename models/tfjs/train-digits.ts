/**
 * Trains the network of `digits-layers` in TF.js itself and saves it as TF.js does: `node train-digits.ts DATA FOLDER`.
 * DATA is a JSON file with `train` and `test`, each of `images` (rows of 64 pixels) and `digits`. Prints the part of
 * the test images that it gets right. The weights come out the same each time.
 */
import { readFileSync } from 'node:fs'
import * as core from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { SeededNumbers } from '../../test/fixtures/tfjs/architectures/seeded-numbers.ts'
import { useQuietCpu } from '../../test/fixtures/tfjs/quiet-cpu.ts'
import { saveLayersModel } from '../../test/fixtures/tfjs/save-model.ts'
import { digitsNetwork } from './digits-network.ts'

const SEED = 20261121
const BATCH_ROWS = 32
const EPOCHS_OF_A_RATE = 7
const LEARNING_RATES = [3e-3, 1e-3, 3e-4]
const CLASSES = 10

interface Images {
  readonly images: readonly (readonly number[])[]
  readonly digits: readonly number[]
}

function tensorOf(images: Images['images']): core.Tensor {
  return core.tensor(images.flat(), [images.length, 8, 8, 1])
}

/** Adam on batches of a seeded order; `fit` of TF.js shuffles by `Math.random`. */
async function trainNetwork(network: LayersModel, { images, digits }: Images): Promise<void> {
  const numbers = new SeededNumbers(SEED)
  const batches = Math.floor(images.length / BATCH_ROWS)
  for (const rate of LEARNING_RATES) {
    network.compile({ optimizer: core.train.adam(rate), loss: 'categoricalCrossentropy' })
    for (let batch = 0; batch < EPOCHS_OF_A_RATE * batches; batch += 1) {
      const rows = Array.from({ length: BATCH_ROWS }, () => numbers.below(images.length))
      const x = tensorOf(rows.map((row) => images[row]!))
      const y = core.oneHot(
        core.tensor1d(
          rows.map((row) => digits[row]!),
          'int32',
        ),
        CLASSES,
      )
      await network.trainOnBatch(x, y)
      core.dispose([x, y])
    }
  }
}

function accuracy(network: LayersModel, { images, digits }: Images): number {
  return core.tidy(() => {
    const probabilities = network.predict(tensorOf(images)) as core.Tensor
    const guesses = core.argMax(probabilities, 1).dataSync()
    return digits.filter((digit, row) => digit === guesses[row]).length / digits.length
  })
}

const [data = '', folder = ''] = process.argv.slice(2)
const { train, test } = JSON.parse(readFileSync(data, 'utf8')) as { train: Images; test: Images }
await useQuietCpu()
const network = digitsNetwork(SEED)
await trainNetwork(network, train)
await saveLayersModel(network, folder)
console.log(accuracy(network, test))
