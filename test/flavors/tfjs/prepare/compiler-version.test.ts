import { layers, sequential } from '@tensorflow/tfjs-layers'
import { expect, test } from 'vitest'
import { readArtifacts } from '../../../../src/flavors/tfjs/artifacts/read-artifacts.ts'
import { COMPILER_VERSION, compileModel } from '../../../../src/flavors/tfjs/compile/compile.ts'
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
    version: 1,
    network: '004431170740f43297211b11c8a5d292d88e5cfcbe6a4bc735ff65fc1550e73c',
    images: 'af3047b78c0541f1f6e724d5319ca5482099f269c0aeb691e7a376329245d13d',
    series: 'd8cf6ee774a60047d04dfd88f3a26a6a2e94069a92c7542c883a57667331cff3',
    einsum: '57b4998c6d31ac62b3a77545c881128e9157fc9c99e9cc0fb6c345c02d15c4b4',
    rowMixer: 'b6571b384efe41296e2f6450d35e1ed2145d89ed8b8f294a62812d69a879377e',
  })
})
