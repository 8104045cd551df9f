import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requestOf } from '../workloads/request.ts'
import type { BenchRequest, Wire, Workload } from '../workloads/workload.ts'
import type { Contestant } from './contestant.ts'
import { type FirstPrediction, firstPrediction } from './first-prediction.ts'
import { freePorts } from './free-ports.ts'
import { countCpus, firstCpu } from './pinning.ts'
import { ProcessGroup } from './process-group.ts'
import type { Settings } from './result.ts'

export interface ServerStart {
  readonly contestant: Contestant
  readonly workload: Workload
  readonly wire: Wire
  readonly settings: Settings
  readonly env?: Readonly<Record<string, string>>
}

/** Where a generator sends its requests. */
export interface Target {
  readonly url: string
  readonly bodyFile: string
  readonly headers: Readonly<Record<string, string>>
}

export interface OpenedServer {
  readonly group: ProcessGroup
  readonly target: Target
  readonly requestBytes: number
  readonly first: FirstPrediction
  /** Ends all its processes, and removes what they wrote. */
  close(): Promise<void>
}

/** Starts a contestant. @returns once it has answered rightly. @throws Error with its reason and the end of its log */
export async function openedServer(start: ServerStart): Promise<OpenedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-contestant-'))
  let group: ProcessGroup | undefined
  const close = async (): Promise<void> => {
    await group?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const { contestant, workload, wire, settings, env = {} } = start
    const { peer, config, dialect } = contestant
    const port = await freePorts()
    const serverCpus = config.hasOneCpu ? firstCpu(settings.serverCpus) : settings.serverCpus
    const cpus = countCpus(serverCpus)
    const launch = await peer.launch({ config: config.name, workload, wire, port, cpus, folder })
    const request = requestOf(workload, dialect ?? 'plain', launch.inputName)
    const target = targetOf(`http://127.0.0.1:${port}${launch.path}`, request, folder)
    const withEnv = { ...launch, env: { ...launch.env, ...env } }
    group = ProcessGroup.start(withEnv, { cpus: serverCpus, folder })
    const answers = peer.kind === 'server' && dialect !== undefined ? { workload, dialect } : undefined
    const first = await firstPrediction({ group, url: target.url, request, answers })
    return { group, target, requestBytes: request.body.length, first, close }
  } catch (error) {
    const log = group?.log.trim().split('\n').slice(-8).join('\n') ?? ''
    await close()
    throw new Error([error instanceof Error ? error.message : String(error), log].filter(Boolean).join('\n'))
  }
}

function targetOf(url: string, { body, headers }: BenchRequest, folder: string): Target {
  const bodyFile = join(folder, 'request-body')
  writeFileSync(bodyFile, body)
  return { url, bodyFile, headers }
}
