import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./replica-process.ts', import.meta.url))

interface Said {
  readonly at: number
  readonly ready?: boolean
  readonly heard?: number
  readonly by?: string
  readonly wrote?: number
  readonly held?: string
}

/** A process on a registry. */
export class Replica {
  readonly said: Said[] = []
  readonly #child: ChildProcess

  static async start(uri: string, folder: string, writer: string): Promise<Replica> {
    const replica = new Replica(fork(PROGRAM, [uri, folder, writer], { execPath: process.execPath }))
    await replica.until(({ ready }) => ready === true)
    return replica
  }

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message) => this.said.push(message as Said))
  }

  write(epoch: number): void {
    this.#child.send(epoch)
  }

  async until(matches: (said: Said) => boolean, timeoutMs = 30_000): Promise<Said> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const found = this.said.find(matches)
      if (found !== undefined) return found
      if (Date.now() > deadline) throw new Error(`Never said: ${JSON.stringify(this.said)}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
  }
}

/**
 * Two replicas follow each other within 2 s, ten times in turn, and of two that write one epoch at the same time both come to the
 * higher writer's.
 */
export async function expectReplicasFollow(uri: string, folder: string): Promise<void> {
  const [a, b] = await Promise.all(['a', 'b'].map((writer) => Replica.start(uri, folder, writer)))
  if (a === undefined || b === undefined) throw new Error('There are two replicas')
  for (let epoch = 1; epoch <= 10; epoch++) {
    const [from, to] = epoch % 2 === 0 ? [a, b] : [b, a]
    from.write(epoch)
    const { at: written } = await from.until(({ wrote }) => wrote === epoch)
    const { at: heard } = await to.until((said) => said.heard === epoch)
    expect(heard - written).toBeLessThan(2000)
  }
  a.write(20)
  b.write(20)
  await a.until(
    ({ heard, by, wrote, held }) => (heard === 20 && by === 'b') || (wrote === 20 && held === 'b'),
  )
  await b.until(({ wrote, held }) => wrote === 20 && held === 'b')
  await Promise.all([a.end(), b.end()])
}
