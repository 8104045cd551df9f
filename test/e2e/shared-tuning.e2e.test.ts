import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { float, type RowComputation, softmax, writeRowModel } from '../fixtures/onnx/row-models.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess } from './support/headrace-process.ts'
import { Neighbours } from './support/neighbour.ts'
import { childrenOf } from './support/process-figures.ts'

const folder = temporaryFolder()
/** As a client that opens a connection for each request. */
const CLOSE = { connection: 'close', 'content-type': 'application/json' }
/** Without a word of others, a member would begin to find out itself after a minute. */
const SOON_MS = 40_000
const ON = 'Requests that wait together run as one'
const BACK = 'Requests are not batched any more'

/** Leaves out rows with values that nobody tries. */
const filtering: RowComputation = (graph) => {
  const first = graph.node('Slice', ['x', ...[[0], [1], [1]].map((list) => graph.integers(list))])
  const isKept = graph.node('Greater', [
    graph.node('Reshape', [first, graph.integers([-1])]),
    float(graph, -1e12),
  ])
  return graph.node('Compress', ['x', isKept], { axis: 0 })
}

const running: HeadraceProcess[] = []

afterEach(async () => {
  for (const server of running.splice(0)) {
    // Children notice that their supervisor is gone.
    server.signal('SIGKILL')
    await server.finished()
  }
})

async function served(args: readonly string[]) {
  const server = new HeadraceProcess({ args: ['serve', '--port', '0', '--placement', 'inline', ...args] })
  running.push(server)
  const url = await server.listening()
  await server.printed(/all (listeners|processes) serve/)
  return { server, url }
}

interface LogLine {
  readonly msg?: string
  readonly model?: string
  readonly maxBatchRows?: number
  readonly reason?: string
}

/** Lines of the log that say this of a model, once there are so many. */
async function said(
  server: HeadraceProcess,
  { msg, model }: LogLine,
  count: number,
): Promise<readonly LogLine[]> {
  for (const end = performance.now() + SOON_MS; ; await delay(20)) {
    const lines = server.output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'))
    const all = lines.map((line) => JSON.parse(line) as LogLine)
    const found = all.filter((line) => line.msg === msg && line.model === model)
    if (found.length >= count) return found
    if (performance.now() > end) throw new Error(`${found.length} of ${count}:\n${server.output}`)
  }
}

/** States of batching in all members, and why. */
async function batchingOf(url: string, model: string): Promise<readonly string[]> {
  const text = await (await fetch(`${url}/metrics`, { headers: CLOSE })).text()
  const series = text.match(/^headrace_model_batching_info\{.*\}/gm) ?? []
  return series
    .filter((each) => each.includes(`model="${model}"`))
    .map((each) => /state="(.*?)"/.exec(each)![1]!)
}

async function load(url: string, name: string, path: string): Promise<void> {
  const body = JSON.stringify({ parameters: { model_uri: path } })
  const reply = await fetch(`${url}/v2/repository/models/${name}/load`, {
    method: 'POST',
    headers: CLOSE,
    body,
  })
  expect(await reply.text()).toBe('')
  expect(reply.status).toBe(200)
}

function expectEqual(lines: readonly LogLine[]): void {
  for (const { maxBatchRows, reason } of lines) {
    expect({ maxBatchRows, reason }).toEqual({
      maxBatchRows: lines[0]!.maxBatchRows,
      reason: lines[0]!.reason,
    })
  }
}

describe.each(['--listeners', '--processes'])('the members of %s', (several) => {
  test('all end with the plan of one of them, for models of the start and later ones', async () => {
    const path = await writeRowModel(folder, `softmax${several}`, { y: softmax })
    const { server, url } = await served(['-m', `a=${path}`, several, '3'])
    expectEqual(await said(server, { msg: ON, model: 'a' }, 3))
    expect(await batchingOf(url, 'a')).toEqual(['on'])
    await load(url, 'b', path)
    expectEqual(await said(server, { msg: ON, model: 'b' }, 3))
    expect(await batchingOf(url, 'b')).toEqual(['on'])
  })

  test('batch no more once one of them has seen that a proof was none', async () => {
    const path = await writeRowModel(folder, `filtering${several}`, { y: filtering })
    const { server, url } = await served(['-m', `a=${path}`, several, '2'])
    await said(server, { msg: ON, model: 'a' }, 2)
    // With three connections only one of them has two, whose requests may meet.
    const neighbours = new Neighbours(url, '{"inputs": [[-2e12, 0, 0, 0]]}', 3)
    const lines = await said(server, { msg: BACK, model: 'a' }, 2)
    expect(await neighbours.stop()).toMatchObject({ refused: {}, failed: {} })
    for (const { reason } of lines) expect(reason).toMatch(/in another way together than alone/)
    expect(new Set(await batchingOf(url, 'a'))).toEqual(new Set(['off']))
  })
})

test('processes go on where the one that finds out for all has died', async () => {
  const path = await writeRowModel(folder, 'softmax', { y: softmax })
  const { server, url } = await served(['-m', `a=${path}`, '--processes', '2'])
  await said(server, { msg: ON, model: 'a' }, 2)
  process.kill(childrenOf(server.pid)[0]!, 'SIGKILL')
  // Whoever takes its place does as the other.
  expectEqual(await said(server, { msg: ON, model: 'a' }, 3))
  await load(url, 'b', path)
  expectEqual(await said(server, { msg: ON, model: 'b' }, 2))
})
