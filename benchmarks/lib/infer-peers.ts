import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { countCpus } from '../contest/pinning.ts'
import { furnaceLaunch, missingFurnace } from '../peers/furnace/launch.ts'
import { furnaceVersions } from '../peers/furnace/peer.ts'
import { type MlServerConfig, mlServerLaunch } from '../peers/mlserver/launch.ts'
import { missingVenv, venvVersions } from '../peers/venv.ts'
import { SERVER_CPUS } from './peers.ts'
import type { Server, ServerPlan } from './server.ts'

/** A server that answers the Open Inference Protocol by REST, and by gRPC where it has a port for that. */
export interface InferPeer extends ServerPlan {
  readonly grpcPort: number | undefined
  /** Of the model's only input. */
  readonly inputName: string
}

export interface PeerRequest {
  readonly inputName: string
  /** Name that the model is served under. */
  readonly model: string
  readonly onnxFile: string
  readonly port: number
  /** JSON that is answered 200, for an input of this name. */
  readonly body: (inputName: string) => string
}

/** MLServer with the lines it needs for ONNX, as it takes part in scenarios: there `peers/mlserver/` says how. */
export function mlserver(config: MlServerConfig, request: PeerRequest): InferPeer {
  const { model, inputName, onnxFile, port, body } = request
  const folder = mkdtempSync(join(tmpdir(), 'headrace-mlserver-'))
  return {
    name: `MLServer ${config}`,
    ...mlServerLaunch({ config, model, onnxFile, port, cpus: countCpus(SERVER_CPUS), folder }),
    ...{ port, grpcPort: port + 1, inputName, body: body(inputName), cpus: SERVER_CPUS },
  }
}

/** furnace-server's front, which batches, with onnxruntime behind it: the program of `peers/furnace/`. */
export function furnace({ model, onnxFile, port, body }: PeerRequest): InferPeer {
  const cpus = countCpus(SERVER_CPUS)
  const { inputName = '', ...launch } = furnaceLaunch({ config: 'tuned', model, onnxFile, port, cpus })
  return {
    name: 'furnace + ORT',
    ...launch,
    ...{ port, grpcPort: port + 1, inputName, body: body(inputName), cpus: SERVER_CPUS },
  }
}

const READY_MS = 60_000

/** Waits until the model answers, by the protocol's own question: some listen long before. */
export async function modelReady(server: Server): Promise<void> {
  const end = performance.now() + READY_MS
  const url = server.url.replace(/infer$/, 'ready')
  for (;;) {
    const reply = await fetch(url).catch(() => undefined)
    await reply?.arrayBuffer()
    if (reply?.ok) return
    if (performance.now() > end) throw new Error(`${server.plan.name} is not ready:\n${server.log}`)
    await sleep(50)
  }
}

/** Of the peers that take part. */
export function peerVersions(): Readonly<Record<string, string>> {
  const furnaceVersion =
    missingFurnace() === undefined ? { 'furnace-server': furnaceVersions()['furnace-server'] ?? '' } : {}
  if (missingVenv('mlserver') !== undefined) return furnaceVersion
  const { onnxruntime = '', ...versions } = venvVersions('mlserver', MLSERVER_PACKAGES)
  return { ...versions, 'onnxruntime (MLServer)': onnxruntime, ...furnaceVersion }
}

const MLSERVER_PACKAGES = ['mlserver', 'onnxruntime', 'grpcio', 'uvloop']
