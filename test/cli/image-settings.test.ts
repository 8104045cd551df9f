import { Command } from 'commander'
import { afterEach, expect, test, vi } from 'vitest'
import { IMAGE_SETTINGS, type ImageSettings } from '../../src/cli/image-settings.ts'
import { addSettings } from '../../src/cli/setting.ts'

afterEach(() => vi.unstubAllEnvs())

function read(...args: readonly string[]): ImageSettings {
  const command = new Command().exitOverride().action(() => {})
  addSettings(command, IMAGE_SETTINGS)
  command.parse([...args], { from: 'user' })
  return command.opts<ImageSettings>()
}

test('labels and variables are gathered, and the last of a name counts', () => {
  const settings = read(
    '--label',
    'a=1',
    '--label',
    'b=x=y',
    '--label',
    'a=2',
    '--env',
    'B=',
    '--env',
    'C_1=é',
  )
  expect(settings.label).toEqual({ a: '2', b: 'x=y' })
  expect(settings.env).toEqual({ B: '', C_1: 'é' })
})

test.each([
  [['--label', '=x'], "'=x' is not NAME=VALUE"],
  [['--label', 'team'], "'team' is not NAME=VALUE"],
  [['--env', '1A=x'], "'1A=x' is not NAME=VALUE"],
  [['--env', 'A B=x'], "'A B=x' is not NAME=VALUE"],
  [['--platform', 'linux/riscv64'], "--platform: 'linux/riscv64' is not one of linux/amd64, linux/arm64"],
])('%j is refused', (args, message) => {
  expect(() => read(...args)).toThrow(message)
})

test('the time of an image is that of SOURCE_DATE_EPOCH, or none', () => {
  expect(read().created).toBeUndefined()
  vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000')
  expect(read().created?.toISOString()).toBe('2023-11-14T22:13:20.000Z')
  vi.stubEnv('SOURCE_DATE_EPOCH', 'yesterday')
  expect(() => read()).toThrow("SOURCE_DATE_EPOCH: 'yesterday' is not a whole number from 0 up")
  vi.stubEnv('SOURCE_DATE_EPOCH', '253402300799')
  expect(read().created?.toISOString()).toBe('9999-12-31T23:59:59.000Z')
  vi.stubEnv('SOURCE_DATE_EPOCH', '253402300800')
  expect(() => read()).toThrow('is later than any date')
})
