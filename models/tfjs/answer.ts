/**
 * TF.js itself, for a program of another language: `node answer.ts FOLDER` loads the model and answers each line on standard
 * input, a JSON object of tensors by name (`{ shape, data }`, data the base64 of float32), with a line like it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import '@tensorflow/tfjs-backend-wasm'
import { loadGraphModel } from '@tensorflow/tfjs-converter'
import * as core from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'

interface TensorJson {
  readonly shape: number[]
  readonly data: string
}

function handlerOf(folder: string): core.io.IOHandlerSync | core.io.IOHandler {
  const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as core.io.ModelJSON
  const specs = model.weightsManifest.flatMap(({ weights }) => weights)
  const shards = model.weightsManifest.flatMap(({ paths }) =>
    paths.map((path) => readFileSync(join(folder, path))),
  )
  const data = new Uint8Array(Buffer.concat(shards)).buffer
  return { load: async () => core.io.getModelArtifactsForJSONSync(model, specs, data) }
}

function tensorOf({ shape, data }: TensorJson): core.Tensor {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'))
  return core.tensor(new Float32Array(bytes.buffer), shape)
}

async function jsonOf(tensor: core.Tensor): Promise<TensorJson> {
  const data = (await tensor.data()) as Float32Array
  return { shape: tensor.shape, data: Buffer.from(data.slice().buffer).toString('base64') }
}

/** A graph model that knows its outputs' names gives them with the outputs. */
function named(outputs: core.Tensor | core.Tensor[] | core.NamedTensorMap): [string, core.Tensor][] {
  if (!Array.isArray(outputs) && !(outputs instanceof core.Tensor)) return Object.entries(outputs)
  return [outputs].flat().map((tensor, index) => [layersNames[index]!, tensor])
}

const [folder = ''] = process.argv.slice(2)
if (!(await core.setBackend('wasm'))) throw new Error('The wasm backend does not start')
const handler = handlerOf(folder) as core.io.IOHandler
const { format } = await handler.load!()
const model = format === 'graph-model' ? await loadGraphModel(handler) : await loadLayersModel(handler)
const layersNames = 'outputNames' in model ? model.outputNames : []
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Record<string, TensorJson>
  const inputs = Object.values(request).map(tensorOf)
  const outputs = named(model.predict(inputs))
  const answer = outputs.map(async ([name, tensor]) => [name, await jsonOf(tensor)] as const)
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(answer))))
  core.dispose([...inputs, ...outputs.map(([, tensor]) => tensor)])
}
