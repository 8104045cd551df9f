import { isRecord } from '../../../src/core/record.ts'
import type { RolloutView } from '../../../src/rollout/rollout-view.ts'
import { readRolloutView } from '../../../src/rollout/rollout-view-json.ts'
import { keyNumber, slotOf } from '../../../src/rollout/split/assignment.ts'
import { HeadraceProcess, type ProcessPlan } from './headrace-process.ts'
import { childrenOf } from './process-figures.ts'

/** An answer to a request that went through a rollout. */
export interface RolledAnswer {
  readonly status: number
  readonly variant: string
  readonly outcomeId: string
  readonly text: string
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** A `headrace serve` with rollouts, and how it is asked: over a connection for each request, so that all members are. */
export class RolloutServer {
  readonly process: HeadraceProcess
  readonly url: string

  private constructor(process: HeadraceProcess, url: string) {
    this.process = process
    this.url = url
  }

  static async start(args: readonly string[], plan: Partial<ProcessPlan> = {}): Promise<RolloutServer> {
    const process = new HeadraceProcess({ ...plan, args: ['serve', '--port', '0', ...args] })
    const server = new RolloutServer(process, await process.listening())
    if (args.includes('--processes')) await process.printed(/all processes serve/)
    if (args.includes('--listeners') && !args.includes('1')) await process.printed(/all listeners serve/)
    return server
  }

  async score(body: string, key?: string, path = '/invocations'): Promise<RolledAnswer> {
    const headers = {
      ...JSON_TYPE,
      connection: 'close',
      ...(key === undefined ? {} : { 'x-headrace-key': key }),
    }
    const reply = await fetch(`${this.url}${path}`, { method: 'POST', body, headers })
    return {
      status: reply.status,
      variant: reply.headers.get('x-headrace-variant') ?? '',
      outcomeId: reply.headers.get('x-headrace-outcome-id') ?? '',
      text: await reply.text(),
    }
  }

  async show(rollout: string): Promise<RolloutView> {
    return readRolloutView((await this.get(`/rollouts/${rollout}`)).body)
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}) {
    return replyOf(await fetch(`${this.url}${path}`, { headers: { connection: 'close', ...headers } }))
  }

  async post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    const sent = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...JSON_TYPE, connection: 'close', ...headers },
    }
    return replyOf(await fetch(`${this.url}${path}`, sent))
  }

  /** At once, its processes too. */
  async kill(): Promise<void> {
    const children = childrenOf(this.process.pid)
    this.process.signal('SIGKILL')
    for (const pid of children) killOne(pid)
    await this.process.finished()
  }
}

/** What docs/rollouts.md says of who gets a key, from what `GET /rollouts/NAME` tells. */
export function variantOf(view: RolloutView, key: string): string {
  const slot = slotOf(keyNumber(view.assignment.seed, key))
  return view.assignment.slots.find(({ end }) => slot < end)?.variant ?? ''
}

/** Status, and JSON as it came. */
async function replyOf(reply: Response): Promise<{ status: number; body: unknown; message: string }> {
  const text = await reply.text()
  const body: unknown = text.startsWith('{') ? JSON.parse(text) : text
  const message = isRecord(body) && typeof body['message'] === 'string' ? body['message'] : ''
  return { status: reply.status, body, message }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with its supervisor.
  }
}
