import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { withoutEffect } from '../../src/cli/commands/server/without-effect.ts'
import { addSettings } from '../../src/cli/setting.ts'
import {
  TRACKING_SERVER_SETTINGS,
  type TrackingServerSettings,
} from '../../src/cli/tracking-server-settings.ts'

function parse(...args: string[]): TrackingServerSettings {
  const command = new Command()
    .helpOption('--help')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(() => {})
  addSettings(command, TRACKING_SERVER_SETTINGS)
  return command.parse(args, { from: 'user' }).opts<TrackingServerSettings>()
}

describe('the settings of headrace server', () => {
  test.each(['SAMEORIGIN', 'DENY', 'NONE', 'deny', ''])('take the X-Frame-Options %j', (value) => {
    expect(parse('--x-frame-options', value).xFrameOptions).toBe(value)
  })

  test.each(['FOO', 'ALLOW-FROM http://x', 'SAMEORIGIN, DENY'])('refuse the X-Frame-Options %j', (value) => {
    expect(() => parse('--x-frame-options', value)).toThrow('is not SAMEORIGIN, DENY or NONE')
  })

  test('say which of those of mlflow server change nothing', () => {
    const settings = parse('--gunicorn-opts', '-w 8', '--secrets-cache-ttl', '60')
    expect(withoutEffect(settings)).toEqual([
      expect.stringMatching(/^--gunicorn-opts has no effect: /),
      expect.stringMatching(/^--secrets-cache-ttl has no effect: /),
    ])
    expect(withoutEffect(parse())).toEqual([])
  })
})
