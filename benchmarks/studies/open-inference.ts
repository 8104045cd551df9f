/**
 * How many requests a second does a tiny model answer by each transport of the Open Inference Protocol? REST with JSON, REST
 * with binary tensors and gRPC with raw contents, at 1, 8 and 64 connections with one request under way on each, beside
 * MLServer and furnace-server. All servers have CPUs 0-2, the load CPU 3. Headrace runs as one process, whose one thread
 * answers such a model, and as three; MLServer as it is shipped, and with its models in its own process, in batches; furnace with threads:
 * wrk for REST, grpc-go for gRPC (`peers/grpc-load/`, which needs Go). Target: by gRPC 5 times MLServer's rate at 8 and 64 connections.
 *
 * MLServer and furnace-server take part where they are installed (`npm run bench -- install --peers mlserver,furnace,mosec`;
 * furnace-server opens mosec's onnxruntime).
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GrpcFigures, GrpcLoad } from '../lib/grpc-load.ts'
import {
  binaryBody,
  type FloatInput,
  grpcMessage,
  jsonBody,
  type PostedBody,
  written,
} from '../lib/infer-bodies.ts'
import { furnace, type InferPeer, mlserver, modelReady, peerVersions } from '../lib/infer-peers.ts'
import { headrace, LOAD_CPUS, MODELS } from '../lib/peers.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { settled } from '../lib/scrape.ts'
import { Server } from '../lib/server.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { missingFurnace } from '../peers/furnace/launch.ts'
import { missingVenv } from '../peers/venv.ts'

const MODEL = 'tiny'
const CONNECTIONS = [1, 8, 64]
const SECONDS = QUICK ? 1 : 3
const ROUNDS = QUICK ? 1 : 3
const INPUT = 'x'

type Transport = 'REST, JSON' | 'REST, binary' | 'gRPC'

/** One server by one transport at so many connections. */
interface Cell {
  readonly server: Server
  readonly plan: InferPeer
  readonly transport: Transport
  readonly connections: number
}

interface Round extends GrpcFigures {
  readonly cpuUs: number
}

const install = installed()
const grpc = GrpcLoad.build()
const folder = mkdtempSync(join(tmpdir(), 'headrace-infer-'))

function flower(name: string): FloatInput {
  return { name, shape: [1, 4], values: Float32Array.of(5.1, 3.5, 1.4, 0.2) }
}

function bodyOf(transport: Transport, inputName: string): PostedBody {
  const input = flower(inputName)
  if (transport === 'gRPC') return { body: grpcMessage(MODEL, input), headers: {} }
  return transport === 'REST, binary' ? binaryBody(input) : jsonBody(input)
}

function contestants(): InferPeer[] {
  const body = (inputName: string) => jsonBody(flower(inputName)).body.toString()
  const onnxFile = join(MODELS, MODEL, 'model.onnx')
  const plans = [
    own('headrace', 25_100, body(INPUT)),
    own('headrace, 3 processes', 25_105, body(INPUT), ['--processes', '3']),
  ]
  const peer = { model: MODEL, inputName: INPUT, onnxFile, body }
  if (missingVenv('mlserver') === undefined) {
    plans.push(mlserver('default', { ...peer, port: 25_110 }), mlserver('inproc', { ...peer, port: 25_120 }))
  }
  if (missingFurnace() === undefined) plans.push(furnace({ ...peer, port: 25_130 }))
  return plans
}

function own(name: string, port: number, body: string, more: readonly string[] = []): InferPeer {
  const grpcPort = port + 1
  const args = ['-m', join(MODELS, MODEL), '--grpc-port', String(grpcPort), ...more]
  const plan = headrace(install, args, { port, body })
  return { ...plan, name, path: `/v2/models/${MODEL}/infer`, grpcPort, inputName: INPUT }
}

/** MLServer takes no binary tensors by REST. */
function transportsOf({ name, grpcPort }: InferPeer): Transport[] {
  const rest: Transport[] = name.startsWith('MLServer') ? ['REST, JSON'] : ['REST, JSON', 'REST, binary']
  return grpcPort === undefined ? rest : [...rest, 'gRPC']
}

async function measure(cell: Cell, seconds: number): Promise<Round> {
  const { server, plan, transport, connections } = cell
  const cpuBefore = server.cpuSeconds()
  const result = await loadOf(cell, seconds)
  if (result.failed > 0)
    throw new Error(`${plan.name}, ${transport}: ${result.failed} requests failed\n${server.log}`)
  if (result.requests === 0)
    throw new Error(`${plan.name}, ${transport}, ${connections}: nothing was answered`)
  return { ...result, cpuUs: ((server.cpuSeconds() - cpuBefore) / result.requests) * 1e6 }
}

function loadOf({ server, plan, transport, connections }: Cell, seconds: number): Promise<GrpcFigures> {
  const common = { connections, seconds, cpus: LOAD_CPUS }
  const { body, headers } = bodyOf(transport, plan.inputName)
  const file = written(join(folder, `${transport} of ${plan.inputName}`), body)
  if (transport === 'gRPC') return grpc.run({ ...common, port: plan.grpcPort!, messageFile: file })
  return closedLoop({ ...common, url: server.url, bodyFile: file, headers })
}

/** Every cell once a round, the order reversed each time. */
async function rounds(cells: readonly Cell[]): Promise<Map<Cell, Round[]>> {
  const results = new Map<Cell, Round[]>(cells.map((cell) => [cell, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const cell of round % 2 === 0 ? cells : [...cells].reverse()) {
      results.get(cell)!.push(await measure(cell, SECONDS))
    }
  }
  return results
}

function summary({ plan, transport, connections }: Cell, results: readonly Round[]) {
  const middle = (of: keyof Round): number => median(results.map((result) => result[of]))
  return {
    ...{ server: plan.name, transport, connections },
    ...{ requestsPerSecond: middle('requestsPerSecond'), p50Us: middle('p50Us'), p99Us: middle('p99Us') },
    ...{ cpuUs: middle('cpuUs'), rounds: results },
  }
}

type Summary = ReturnType<typeof summary>

interface Ratio {
  readonly connections: number
  readonly headrace: string
  readonly mlServer: string
  readonly ratio: number
}

/** Each way in which Headrace runs against each in which MLServer does, by gRPC. */
function ratios(summaries: readonly Summary[]): readonly Ratio[] {
  const byGrpc = summaries.filter(({ transport }) => transport === 'gRPC')
  const peers = byGrpc.filter(({ server }) => server.startsWith('MLServer'))
  return byGrpc
    .filter(({ server }) => server.startsWith('headrace'))
    .flatMap(({ server, connections, requestsPerSecond }) =>
      peers
        .filter((peer) => peer.connections === connections)
        .map((peer) => ({
          ...{ connections, headrace: server, mlServer: peer.server },
          ratio: requestsPerSecond / peer.requestsPerSecond,
        })),
    )
}

function print(summaries: readonly Summary[]): void {
  console.log(machine())
  console.table(
    summaries.map((one) => ({
      ...{ server: one.server, transport: one.transport, connections: one.connections },
      'requests/s': Math.round(one.requestsPerSecond),
      ...{ 'p50 ms': one.p50Us / 1000, 'p99 ms': one.p99Us / 1000, 'cpu us': Math.round(one.cpuUs) },
    })),
  )
}

const servers = contestants().map((plan) => ({ plan, server: new Server(plan) }))
try {
  for (const { server } of servers) {
    await modelReady(server)
    await server.firstPrediction()
  }
  await settled(servers[0]!.server)
  const cells = servers.flatMap(({ plan, server }) =>
    transportsOf(plan).flatMap((transport) =>
      CONNECTIONS.map((connections) => ({ server, plan, transport, connections })),
    ),
  )
  for (const cell of cells) await measure(cell, Math.min(1, SECONDS))
  const results = await rounds(cells)
  const summaries = cells.map((cell) => summary(cell, results.get(cell)!))
  print(summaries)
  const ofMlServer = ratios(summaries)
  console.log('Requests a second by gRPC against those of MLServer (target 5):')
  console.table(ofMlServer)
  if (KEPT) keep('open-inference', { seconds: SECONDS, peers: peerVersions(), ofMlServer, cells: summaries })
} finally {
  for (const { server } of servers) await server.stop()
}
