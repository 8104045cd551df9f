import { invalidParameter } from '../../core/errors.ts'
import { ARRAYS, inferMessage } from '../payloads/tensor-bodies.ts'
import type { FoundPlan } from './found-plan.ts'
import type { GrpcPeer } from './grpc-peer.ts'
import { recordsOf } from './http-peer.ts'
import { readMetadata } from './read-metadata.ts'
import type { TargetOptions } from './target-options.ts'
import { findTensorPlan } from './tensor-plans.ts'
import type { Trial } from './trial.ts'

/** What a server takes by gRPC: values as bytes in `raw_input_contents`. @throws ServingError where it takes nothing */
export async function findGrpcPlan(peer: GrpcPeer, trial: Trial, options: TargetOptions): Promise<FoundPlan> {
  const name = options.modelName ?? (await firstModel(peer))
  const version = options.modelVersion
  const metadata = await peer.call('ModelMetadata', { name, version: version ?? '' })
  const { path, write } = peer.writer('ModelInfer')
  const found = await findTensorPlan({
    url: peer.url,
    trial,
    rows: options.rows ?? 1,
    inputs: readMetadata(metadata),
    model: options.model,
    way: {
      ...{ dialect: 'open-inference', method: 'POST', path, form: 'protobuf' },
      writers: [undefined, ARRAYS].map((contentType) => (tensors) => ({
        ...{ headers: {}, body: write(inferMessage(tensors, { name, version, contentType })) },
      })),
    },
  })
  return { ...found, found: [`model ${name} by gRPC`, ...found.found] }
}

async function firstModel(peer: GrpcPeer): Promise<string> {
  const models = recordsOf((await peer.call('RepositoryIndex', {}))?.['models'])
  const name = (models.find(({ state }) => state === 'READY') ?? models[0])?.['name']
  if (typeof name === 'string') return name
  throw invalidParameter(`${peer.url} does not tell which models it has: name one with --model`)
}
