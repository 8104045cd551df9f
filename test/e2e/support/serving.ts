import { HeadraceProcess, type ProcessPlan } from './headrace-process.ts'

/** A `headrace serve` process that answers. */
export interface Serving {
  readonly url: string
  readonly process: HeadraceProcess
}

export type ServePlan = Partial<ProcessPlan> & { readonly uri: string }

/** Runs `headrace serve` for the time of `use`. */
export async function serving<T>(plan: ServePlan, use: (server: Serving) => Promise<T>): Promise<T> {
  const { uri, args = [], ...rest } = plan
  const process = new HeadraceProcess({ ...rest, args: ['serve', '--port', '0', '-m', uri, ...args] })
  try {
    return await use({ url: await process.listening(), process })
  } finally {
    process.signal('SIGKILL')
    await process.finished()
  }
}

/** @returns status and JSON of the reply to a JSON body. */
export async function score(url: string, body: unknown): Promise<{ status: number; reply: unknown }> {
  const response = await fetch(`${url}/invocations`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return { status: response.status, reply: await response.json() }
}

/** Labels of the metric that says which model is served. */
export async function modelInfo(url: string): Promise<Readonly<Record<string, string>>> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const labels = /^headrace_model_info\{(.*)\}/m.exec(metrics)?.[1] ?? ''
  return Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]))
}
