import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Message, TestClient } from './support.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const SERVE = ['src/cli/main.ts', 'serve', '-m', 'models/iris/2', '--port', '0', '--log-format', 'json']

/** The command line itself. @returns what it says, until it has said it. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [...SERVE, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(said)
      if (match !== null) return match[1] ?? ''
      await new Promise((resolve) => child.stderr.once('data', resolve))
    }
  }
  return { child, ended, until, said: () => said }
}

describe('--grpc-port', () => {
  test('is served by all of several processes, which finish in order', async () => {
    const { child, ended, until } = start('--processes', '2', '--grpc-port', '0')
    const address = await until(/"grpc":"([^"]+)"/)
    await until(/(all processes serve)/)
    const clients = [1, 2, 3, 4].map(() => new TestClient(address))
    const answers = await Promise.all(clients.map((client) => client.call('ModelMetadata', { name: '2' })))
    for (const { reply } of answers) expect((reply as Message)['name']).toBe('2')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  test('is refused where it is the port of HTTP, or taken', async () => {
    const same = start('--port', '5999', '--grpc-port', '5999')
    expect(await same.ended).not.toBe(0)
    expect(same.said()).toMatch(/both 5999/)
    const first = start('--grpc-port', '0')
    const port = (await first.until(/"grpc":"([^"]+)"/)).split(':')[1]!
    for (const late of [start('--grpc-port', port), start('--grpc-port', port, '--processes', '2')]) {
      expect(await late.ended).not.toBe(0)
      expect(late.said()).toMatch(/another program is listening there/)
    }
  })
})
