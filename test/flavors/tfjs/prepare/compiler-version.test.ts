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
    version: 3,
    network: '316f4bc2b233a503bc099bc6e3f2c15356721406f165cfc2c76a1d0a3d5ba350',
    images: 'ad8932f8270a5fc9de79d844bf68fdf5165f8718c1407df914ca90570533858c',
    series: 'f21d685ac58de66371aca57b500077f6bb3966301260f53b5fca1f3790abbe36',
    einsum: '3da695b20878f522f0aa10121196179e8b6005068ffe0e91633b8459aa3fa6ec',
    rowMixer: '48180b3cc60bedb860ff886ed49265bad529e30718c3a8ab4ebe3c10a4cceec8',
  })
})
