import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { endBySignals, notePlaceholder } from '../../src/cli/first-process.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
const { pid } = process
let kept: readonly (readonly ['SIGINT' | 'SIGTERM', readonly ((...args: never) => void)[]])[]

/** As which process it runs. */
function as(number: number): void {
  Object.defineProperty(process, 'pid', { value: number, configurable: true })
}

beforeEach(() => {
  kept = SIGNALS.map((signal) => [signal, process.listeners(signal)])
  for (const signal of SIGNALS) process.removeAllListeners(signal)
})

afterEach(() => {
  as(pid)
  vi.restoreAllMocks()
  for (const [signal, listeners] of kept) {
    process.removeAllListeners(signal)
    for (const listener of listeners) process.on(signal, listener as () => void)
  }
})

function exitCodes(): readonly unknown[] {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never)
  for (const signal of SIGNALS) process.emit(signal, signal)
  return exit.mock.calls.flat()
}

test('the first process of a container is ended by signals until a command listens', () => {
  as(1)
  endBySignals()
  expect(exitCodes()).toEqual([130, 143])
})

test('whoever listens decides, but for one who would leave it to others', () => {
  as(1)
  endBySignals()
  const progress = (): void => {}
  notePlaceholder(progress)
  process.on('SIGINT', progress)
  process.on('SIGTERM', () => {})
  expect(exitCodes()).toEqual([130])
})

test('any other process is left to the system', () => {
  as(4711)
  endBySignals()
  expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual([0, 0])
})
