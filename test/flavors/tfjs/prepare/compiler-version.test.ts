import { layers, sequential } from '@tensorflow/tfjs-layers'
import { expect, test } from 'vitest'
import { readArtifacts } from '../../../../src/flavors/tfjs/artifacts/read-artifacts.ts'
import { compileModel } from '../../../../src/flavors/tfjs/compile/compile.ts'
import { COMPILER_VERSION } from '../../../../src/flavors/tfjs/compile/compiler-version.ts'
import { compiledBytes } from '../../../../src/flavors/tfjs/prepare/compiled-bytes.ts'
import { sha256Of } from '../../../../src/flavors/tfjs/prepare/sha256.ts'
import { network, saved, savedEinsum, savedRowMixer } from './support/saved-models.ts'

const ONES = { kernelInitializer: 'ones', recurrentInitializer: 'ones' } as const

const images = () =>
  sequential({
    layers: [
      layers.conv2d({
        name: 'image',
        filters: 3,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        inputShape: [9, 8, 2],
        ...ONES,
      }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ name: 'shares', units: 2, ...ONES }),
    ],
  })

const series = () =>
  sequential({ layers: [layers.lstm({ name: 'series', units: 3, inputShape: [null, 2], ...ONES })] })

async function compiledDigest(folder: string): Promise<string> {
  return sha256Of(compiledBytes(await compileModel(await readArtifacts(folder, 'model.json'))))
}

/**
 * Compiled copies are kept by the compiler's version. Whoever changes what is written for these models raises
 * COMPILER_VERSION, and puts it and the new digests here.
 */
test('the version of the compiler says what it writes', async () => {
  const found = {
    version: COMPILER_VERSION,
    network: await compiledDigest(await saved(network())),
    images: await compiledDigest(await saved(images())),
    series: await compiledDigest(await saved(series())),
    einsum: await compiledDigest(savedEinsum()),
    rowMixer: await compiledDigest(savedRowMixer()),
  }
  expect(found).toEqual({
    version: 2,
    network: '6f20404bb67fe7829f3077f090debd33850aa45ff7308cc92c040419c5dedecc',
    images: 'd3c8a47a66613a40f92acf886e5c33be590c4d45994db07b669d9454b23f324b',
    series: '170e4d5ae7a9325a22d6f5d69a08ed56d45f1bbbac04063a0793a07ef2fc854a',
    einsum: 'b20fcf408e1fe346e3c3f6498394957eb97375bd1282d4ce12de48befca1b746',
    rowMixer: '0ad67aae3764f9065143c95a2abda6fad148cb4fb57220881dcf080240a0d65f',
  })
})
