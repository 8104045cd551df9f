import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServerMeter } from '../../src/bench/server-meter.ts'
import { freePort } from '../fixtures/free-port.ts'

/** Listens, and has a child that burns a core and holds 40 MB. */
const SERVER = `
  const child = require('node:child_process').spawn(process.execPath, ['-e',
    'const held = Buffer.alloc(40e6, 1); for (;;) held[0]++'], { stdio: 'ignore' })
  process.on('exit', () => child.kill('SIGKILL'))
  process.on('SIGTERM', () => process.exit())
  require('node:http').createServer().listen(Number(process.argv[1]), '127.0.0.1', () => console.log('there'))
`

let server: ChildProcess
let port = 0

beforeAll(async () => {
  port = await freePort()
  server = spawn(process.execPath, ['-e', SERVER, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (server.stdout !== null) await once(server.stdout, 'data')
})

afterAll(() => server.kill('SIGTERM'))

describe.runIf(process.platform === 'linux')('what a server on this machine uses', () => {
  test('is found by the port that it listens on', async () => {
    expect((await ServerMeter.ofUrl(new URL(`http://localhost:${port}/invocations`)))?.pids).toEqual([
      server.pid,
    ])
  })

  test('is that of all its processes', async () => {
    const meter = await ServerMeter.ofUrl(new URL(`http://127.0.0.1:${port}`))
    let reading = meter?.read()
    // The child needs a moment until it holds its memory.
    for (let tries = 0; tries < 400 && (reading?.cpuSeconds ?? 0) < 0.3; tries++) {
      await sleep(50)
      reading = meter?.read()
    }
    expect(reading?.cpuSeconds).toBeGreaterThan(0.2)
    expect(reading?.memory).toBeGreaterThan(60e6)
    expect(reading?.memory).toBeLessThan(1e9)
  })

  test('is that of the process that is named', () => {
    expect(ServerMeter.ofProcess(server.pid ?? 0)?.pids).toEqual([server.pid])
  })
})

test('is unknown of processes, ports and machines that are not there', async () => {
  expect(ServerMeter.ofProcess(2 ** 22 + 1)).toBeUndefined()
  expect(await ServerMeter.ofUrl(new URL(`http://127.0.0.1:${await freePort()}`))).toBeUndefined()
  expect(await ServerMeter.ofUrl(new URL('http://192.0.2.1:80'))).toBeUndefined()
})
