import { allowedCores, keepOn, type SharedCores, shareCores } from '../../../bench/processes/cores.ts'
import { ServerMeter } from '../../../bench/server-meter.ts'
import type { BenchTarget, Dialect } from '../../../bench/target.ts'
import { findTarget } from '../../../bench/targets/find-target.ts'
import type { TargetOptions } from '../../../bench/targets/target-options.ts'
import { invalidParameter } from '../../../core/errors.ts'
import { availableResources } from '../../../runtime/cores.ts'
import type { BenchProtocol, BenchSettings, RequestSettings } from '../../bench-settings.ts'
import { headersOf } from '../../bench-values.ts'
import { type FoundModel, findModel } from './known-model.ts'
import { LocalServer } from './local-server.ts'
import type { OpenedTarget } from './opened-target.ts'

const DIALECTS: Readonly<Record<BenchProtocol, Dialect>> = {
  mlflow: 'mlflow',
  v2: 'open-inference',
  'v2-binary': 'open-inference',
  grpc: 'open-inference',
  v1: 'v1',
}

/** What is asked, and what of the rest a command has. */
type TargetSettings = RequestSettings &
  Partial<Pick<BenchSettings, 'modelName' | 'modelVersion' | 'check' | 'goldenFile' | 'insecure'>>

export interface TargetsToOpen {
  readonly urls: readonly string[]
  readonly settings: BenchSettings
  /** Of the servers that are started. */
  readonly serverFlags: readonly string[]
  readonly signal: AbortSignal
  /** Tells a person what is being done. */
  say(line: string): void
  /** Tells a person what begins, until something else does. */
  watch(title: string): void
  /** Keeps what is worth knowing of the result. */
  note(line: string): void
}

/**
 * Finds what listens at the URLs and starts a server for each model; all that were opened are closed again where one fails.
 * @throws ServingError where there is nothing that can be measured
 */
export async function openTargets(wanted: TargetsToOpen): Promise<readonly OpenedTarget[]> {
  const opened: OpenedTarget[] = []
  const cores = wanted.settings.modelUri.length === 0 ? undefined : await coresApart(wanted)
  try {
    for (const url of wanted.urls) opened.push(await openUrl(url, wanted))
    for (const uri of wanted.settings.modelUri) opened.push(await openModel(uri, wanted, cores))
    return withOwnNames(opened)
  } catch (error) {
    await Promise.all(opened.map((each) => each.close()))
    throw error
  }
}

/** Requests come from other cores than they are answered on, where there are any, and says how many each has. */
export async function coresApart({ note }: Pick<TargetsToOpen, 'note'>): Promise<SharedCores | undefined> {
  // Of a container that may use so many of a machine's cores, only so many are shared out.
  const shared = shareCores(allowedCores().slice(0, availableResources().cores))
  if (shared === undefined || !(await keepOn(shared.generator))) {
    note('Requests come from the same cores as they are answered on: what is measured includes both')
    return undefined
  }
  const { server, generator, serverCores, generatorCores } = shared
  note(
    `The server has ${countOf(serverCores)} (${server}), requests come from ${generatorCores === 1 ? 'another' : 'others'} (${generator})`,
  )
  return shared
}

function countOf(cores: number): string {
  return cores === 1 ? 'one core' : `${cores} cores`
}

async function openUrl(url: string, { settings, signal, watch }: TargetsToOpen): Promise<OpenedTarget> {
  // Of whoever says it nothing is asked.
  if (settings.payloadFiles.length === 0) watch(`Asking ${url} what it takes`)
  const target = await findTarget(addressOf(url, settings.protocol), targetOptions(settings, signal))
  const meter =
    settings.serverPid === undefined
      ? await ServerMeter.ofUrl(new URL(target.origin))
      : named(settings.serverPid)
  return { target: addressed(target, settings), meter, close: async () => {} }
}

function named(pid: number): ServerMeter {
  const meter = ServerMeter.ofProcess(pid)
  if (meter === undefined)
    throw invalidParameter(`--server-pid: there is no process ${pid}, or it cannot be seen`)
  return meter
}

async function openModel(
  uri: string,
  { settings, serverFlags, signal, say }: TargetsToOpen,
  cores: SharedCores | undefined,
): Promise<OpenedTarget> {
  const model = await findModel(uri, settings, signal)
  say(`Starting a server of ${model.resolved.canonicalUri}`)
  return startTarget(model, { settings, serverFlags, signal, cores: cores?.server })
}

/** Starts a server of a model, and makes what it is asked from the model's own files. @throws ServingError */
export async function startTarget(
  model: FoundModel,
  wanted: {
    readonly settings: TargetSettings
    readonly serverFlags: readonly string[]
    readonly signal: AbortSignal
    readonly cores: string | undefined
  },
): Promise<OpenedTarget> {
  const { settings, serverFlags, signal, cores } = wanted
  const grpc = settings.protocol === 'grpc' ? ['--grpc-port', '0'] : []
  const flags = [...grpc, ...serverFlags]
  const title = model.resolved.canonicalUri
  const server = await LocalServer.start({ modelUri: model.served, title, flags, cores, signal })
  try {
    const url = settings.protocol === 'grpc' ? `grpc://${server.grpc}` : server.url
    const found = await findTarget(url, {
      ...targetOptions(settings, signal),
      name: model.name,
      modelName: model.name,
      ...(model.known.signature === undefined ? {} : { model: model.known }),
    })
    return {
      target: addressed(found, settings),
      meter: ServerMeter.ofProcess(server.pid),
      ended: () => server.ended,
      close: () => server.close(),
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** A server that speaks both is asked by gRPC where that is wanted. */
function addressOf(url: string, protocol: BenchProtocol | undefined): string {
  if (protocol !== 'grpc') return url
  return url.replace(/^https:/, 'grpcs:').replace(/^http:/, 'grpc:')
}

function targetOptions(settings: TargetSettings, signal: AbortSignal): TargetOptions {
  const { protocol } = settings
  return {
    payloadFiles: settings.payloadFiles,
    contentType: settings.contentType,
    ...(protocol === undefined ? {} : { dialect: DIALECTS[protocol], binary: protocol === 'v2-binary' }),
    modelName: settings.modelName,
    modelVersion: settings.modelVersion,
    rows: settings.rows,
    seed: settings.seed,
    check: settings.check,
    goldenFile: settings.goldenFile,
    headers: headersOf(settings.headers),
    insecure: settings.insecure,
    signal,
  }
}

function addressed(target: BenchTarget, { insecure }: TargetSettings): BenchTarget {
  return insecure === true ? { ...target, insecure } : target
}

/** Two versions of a model, or two models of a host, have one name: a number tells them apart. */
function withOwnNames(opened: readonly OpenedTarget[]): readonly OpenedTarget[] {
  const names = opened.map(({ target }) => target.name)
  return opened.map((each, index) => {
    const { name } = each.target
    if (names.indexOf(name) === names.lastIndexOf(name)) return each
    const number = names.slice(0, index + 1).filter((other) => other === name).length
    return { ...each, target: { ...each.target, name: `${name} (${number})` } }
  })
}
