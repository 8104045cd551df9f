import { flavor } from '../../../../../src/flavors/tfjs/tfjs-flavor.ts'

/** A process that prepares the model in one folder with the cache in another, and prints what came of it. */
const [directory = '', folder = ''] = process.argv.slice(2)
const model = {
  directory,
  flavor: 'tfjs',
  flavorConfig: { data: 'model.json' },
  ...{ signature: undefined, runId: undefined, modelId: undefined },
  ...{ mlflowVersion: undefined, servingInputPath: undefined, inputExamplePath: undefined },
}
const prepared = await flavor.prepare(model, { cache: { folder, maxBytes: 1e9 } })
const predictor = await flavor.load(prepared, { intraOpThreads: 1 })
const inputs = new Map([
  ['hidden_input', { datatype: 'FP32', shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) } as const],
])
const [output] = [...(await predictor.predict(inputs)).values()]
process.stdout.write(JSON.stringify({ engine: prepared.engine, shares: [...(output!.data as Float32Array)] }))
await predictor.close()
