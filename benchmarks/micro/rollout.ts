/**
 * What does a rollout cost a request? Its choice by the sticky key, the headers of its answer with the outcome id, and what is
 * told of it, each alone; and whole requests to the same inline model, without a rollout, through one, and with a copy of each to a
 * shadow, from the parsed head to the written reply. Target: at most 10 us for the rollout.
 */
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import type { ResolvedModel } from '../../src/core/resolved-model.ts'
import type { RolloutChannel } from '../../src/rollout/rollout-channel.ts'
import type { RolloutPlan } from '../../src/rollout/rollout-plan.ts'
import { DataPlane } from '../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../src/runtime/model-repository.ts'
import { BodyReader } from '../../src/server/body-reader.ts'
import { ExchangeRegistry } from '../../src/server/exchange-registry.ts'
import { Gate } from '../../src/server/gate.ts'
import { ServerMetrics } from '../../src/server/metrics/server-metrics.ts'
import { ModelRequests } from '../../src/server/model-requests.ts'
import type { ReplyChannel } from '../../src/server/reply-channel.ts'
import { type RollableRequest, RolloutMember } from '../../src/server/rollouts/rollout-member.ts'
import { MlflowScoring } from '../../src/server/routes/mlflow-scoring.ts'
import { DEFAULT_LIMITS } from '../../src/server/server-options.ts'
import { callCost } from '../lib/call-cost.ts'
import { ROOT } from '../lib/peers.ts'
import { machine, median } from '../lib/report.ts'

const BODY = Buffer.from(
  '{"dataframe_split": {"columns": ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"], "data": [[5.1, 3.5, 1.4, 0.2]]}}',
)
const ROUNDS = 9
const REQUESTS = 6000
/** Turns of the event loop between one request and the next, in which its copy is run. */
const TURNS = 5

const dataPlane = new DataPlane()
const models = new ModelRepository({ resolve, placement: 'inline', expectedModels: 2 })
await models.loadPlan({ uri: join(ROOT, 'models/iris/2'), name: 'a', version: '2' })
await models.loadPlan({ uri: join(ROOT, 'models/iris/1'), name: 'b', version: '1' })

async function resolve(path: string): Promise<ResolvedModel> {
  const names = { uri: path, canonicalUri: path, name: 'iris', version: undefined, alias: undefined }
  return { ...names, path, origin: { kind: 'local', location: path, registry: undefined } }
}

const channel: RolloutChannel = { send: () => {}, onMessage: () => {} }

const plan: RolloutPlan = {
  name: 'iris',
  // All keys are the control's, so that both ways lead to the same model.
  variants: [
    { name: 'a', permille: 1000 },
    { name: 'b', permille: 0 },
  ],
  shadows: [],
  stickyKey: { header: 'x-headrace-key', column: undefined },
  canary: undefined,
  outcome: {
    ...{ kind: 'binary', better: 'higher', alpha: 0.05, plannedKeys: 5000 },
    ...{ smallestDifference: undefined, windowSeconds: 604_800 },
  },
  guards: {
    ...{ alpha: 0.01, errors: { floor: 0.02 }, slow: { floor: 0.02, ratio: 3 }, faults: { floor: 0.02 } },
    ...{ disagreement: undefined, outcomeLoss: undefined },
  },
  mirror: {
    ...{ sample: 1, maxConcurrent: 64, relativeTolerance: 1e-6, absoluteTolerance: 1e-6 },
    ...{ keptExamples: 0, keepsInputs: false },
  },
  canForce: false,
}

function memberOf(plan: RolloutPlan): RolloutMember {
  return new RolloutMember({
    ...{ plans: [plan], channel, outcomeKey: new Uint8Array(32), models, dataPlane },
    isDraining: () => false,
  })
}

const member = memberOf(plan)
const shadowing = memberOf({ ...plan, variants: [{ name: 'a', permille: 1000 }], shadows: ['b'] })

let count = 0

function head(): RollableRequest {
  count += 1
  return { id: 'one', request: { headers: { 'x-headrace-key': `user-${count}` } }, rolled: undefined }
}

function chosen() {
  const request = head()
  member.find(request, undefined)
  return request.rolled!
}

const answered = { id: 'one', status: 200, failure: undefined, startedAt: performance.now(), receivedAt: 0 }
const rolled = chosen()
console.log(machine())
console.table([
  { what: 'the default model, without a rollout', us: callCost(() => models.default()).toFixed(3) },
  { what: 'the variant of a key', us: callCost(chosen).toFixed(3) },
  { what: 'headers with an outcome id', us: callCost(() => rolled.replyHeaders(200)).toFixed(3) },
  { what: 'what is told', us: callCost(() => rolled.settled(answered)).toFixed(3) },
])

/** As the lane of a connection whose client takes everything. */
const nowhere: ReplyChannel = {
  ...{ watch() {}, write() {}, refuse() {}, proceed() {}, receive: () => () => {}, endConnection() {} },
  isFollowed: true,
}

function scoring(rollouts: RolloutMember | undefined) {
  const registry = new ExchangeRegistry({
    ...{ metrics: new ServerMetrics(), logger: pino({ level: 'silent' }), accessLog: false },
  })
  const gate = new Gate({ registry, apiKeys: undefined, cors: undefined, onPause: () => {} })
  const requests = new ModelRequests({
    ...{ models, dataPlane, rollouts, bodies: new BodyReader(DEFAULT_LIMITS), requestTimeoutMs: 60_000 },
  })
  const routes = new MlflowScoring(requests)
  return (key: string): void => {
    const headers = { 'content-type': 'application/json', 'x-headrace-key': key }
    const exchange = gate.enter({ method: 'POST', url: '/invocations', headers }, nowhere, BODY)
    if (exchange !== undefined) routes.handle(exchange, undefined)
  }
}

/** Microseconds of the thread for a request. */
async function round(score: (key: string) => void): Promise<number> {
  const start = process.threadCpuUsage()
  for (let sent = 0; sent < REQUESTS; sent += 1) {
    score(`user-${sent}`)
    for (let passed = 0; passed < TURNS; passed += 1) await turn()
  }
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / REQUESTS
}

const sides = { without: scoring(undefined), through: scoring(member), shadowed: scoring(shadowing) }
const rounds = { without: [] as number[], through: [] as number[], shadowed: [] as number[] }
const names = ['without', 'through', 'shadowed'] as const
for (const name of names) await round(sides[name])
for (let index = 0; index < ROUNDS; index += 1) {
  for (const name of names) rounds[name].push(await round(sides[name]))
}

/** Round by round, since a machine is faster at one time than at another. */
function beside(name: 'through' | 'shadowed', other: 'without' | 'through'): string {
  return median(rounds[name].map((us, index) => us - rounds[other][index]!)).toFixed(2)
}

console.table([
  { what: 'a request without a rollout', us: median(rounds.without).toFixed(2) },
  { what: 'more for one through a rollout', us: beside('through', 'without') },
  { what: 'more for its copy to an inline shadow', us: beside('shadowed', 'through') },
])
console.log('copies:', shadowing.watches[0]!.counts.mirrored.get('b'))
member.close()
shadowing.close()
await models.close()
