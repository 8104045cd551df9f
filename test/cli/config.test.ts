import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { SERVE_SETTINGS, type ServeSettings } from '../../src/cli/config.ts'
import { configPage } from '../../src/cli/config-page.ts'
import { apiKeys } from '../../src/cli/overload-settings.ts'
import { addSettings } from '../../src/cli/setting.ts'

function parse(...args: string[]): ServeSettings {
  const command = new Command()
    .helpOption('--help')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(() => {})
  addSettings(command, SERVE_SETTINGS)
  return command.parse(args, { from: 'user' }).opts<ServeSettings>()
}

afterEach(() => vi.unstubAllEnvs())

describe('the settings of headrace serve', () => {
  test('have the defaults of mlflow models serve', () => {
    expect(parse()).toMatchObject({
      modelUri: [],
      host: '127.0.0.1',
      port: 5000,
      timeoutMs: 60_000,
      placement: 'auto',
      accessLog: false,
    })
  })

  test('are read from flags, -h being the host as in MLflow', () => {
    expect(parse('-m', 'a', '-m', 'b', '-h', '0.0.0.0', '-p', '8080', '-w', '3', '-t', '1.5')).toMatchObject({
      modelUri: ['a', 'b'],
      host: '0.0.0.0',
      port: 8080,
      workers: 3,
      timeoutMs: 1500,
    })
    expect(parse('--max-body-size', '2m', '--access-log')).toMatchObject({
      maxBodyBytes: 2 * 1024 * 1024,
      accessLog: true,
    })
  })

  test.each(['', ' ', 'schl\u00fcssel'])('take no API key that no header can show: %j', (key) => {
    vi.stubEnv('HEADRACE_API_KEY', key)
    expect(() => parse()).toThrow(/HEADRACE_API_KEY.*printable ASCII/)
    vi.stubEnv('HEADRACE_API_KEY', undefined)
    expect(() => parse('--api-key', key)).toThrow(/printable ASCII/)
  })

  test('take several API keys, by flags as they are, or from one variable', () => {
    expect(apiKeys(parse())).toEqual([])
    vi.stubEnv('HEADRACE_API_KEY', ' one two,three\none ')
    expect(apiKeys(parse())).toEqual(['one', 'two,three'])
    expect(apiKeys(parse('--api-key', 'a,b', '--api-key', 'c'))).toEqual(['a,b', 'c'])
    expect(() => parse('--api-key', 'a b')).toThrow(/printable ASCII/)
  })

  test('are read from variables, which flags override', () => {
    vi.stubEnv('MLFLOW_PORT', '7000')
    vi.stubEnv('MLFLOW_MODELS_WORKERS', '2')
    vi.stubEnv('MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT', '5')
    expect(parse()).toMatchObject({ port: 7000, workers: 2, timeoutMs: 5000 })
    expect(parse('--port', '7001')).toMatchObject({ port: 7001 })
  })

  test.each([
    ['1', true],
    ['true', true],
    ['false', false],
    ['0', false],
    ['', false],
  ])('read the variable of a flag, %j', (held, on) => {
    vi.stubEnv('HEADRACE_ACCESS_LOG', held)
    expect(parse().accessLog).toBe(on)
  })

  test('have variables without a flag, one that is set to nothing counting as not set', () => {
    vi.stubEnv('MLFLOW_HTTP_REQUEST_MAX_RETRIES', '')
    vi.stubEnv('MLFLOW_TRACKING_INSECURE_TLS', '')
    expect(parse()).toMatchObject({ httpRequestMaxRetries: 7, trackingInsecureTls: false })
    vi.stubEnv('MLFLOW_HTTP_REQUEST_MAX_RETRIES', '0')
    vi.stubEnv('MLFLOW_TRACKING_INSECURE_TLS', 'True')
    vi.stubEnv('MLFLOW_HTTP_REQUEST_TIMEOUT', '3')
    expect(parse()).toMatchObject({
      httpRequestMaxRetries: 0,
      trackingInsecureTls: true,
      httpRequestTimeoutMs: 3000,
    })
    vi.stubEnv('MLFLOW_HTTP_REQUEST_MAX_RETRIES', 'many')
    expect(() => parse()).toThrow(/^MLFLOW_HTTP_REQUEST_MAX_RETRIES: 'many' is not a whole number/)
  })

  test('take a variable that is set to nothing as one that is not set', () => {
    vi.stubEnv('HEADRACE_LISTENERS', '')
    vi.stubEnv('HEADRACE_PROCESSES', '')
    vi.stubEnv('MLFLOW_MODELS_WORKERS', '')
    expect(parse()).toMatchObject({ listeners: 'auto', processes: 1 })
    expect(parse().workers).toBeUndefined()
  })

  test('take a flag that begins with no- as they take any other', () => {
    expect(parse().noProgress).toBe(false)
    expect(parse('--no-progress').noProgress).toBe(true)
    vi.stubEnv('HEADRACE_NO_PROGRESS', '1')
    expect(parse().noProgress).toBe(true)
  })

  test('take the flags of mlflow models serve that have no meaning here', () => {
    expect(() => parse('--env-manager', 'local', '--no-conda', '--install-mlflow')).not.toThrow()
  })

  test.each([
    [['--port', '70000'], /--port.*'70000' is not a port/],
    [['--workers', '0'], /--workers.*'0' is not a whole number from 1 up/],
    [['--timeout', 'soon'], /--timeout.*'soon' is not a number of seconds/],
    [['--placement', 'gpu'], /--placement.*'gpu' is not one of auto, inline, pool/],
    [['--max-body-size', '-1'], /--max-body-size.*'-1' is not a size/],
  ])('refuse %j and say why', (args, message) => {
    expect(() => parse(...args)).toThrow(message)
  })

  test('name the variable that holds a bad value', () => {
    vi.stubEnv('MLFLOW_PORT', 'x')
    expect(() => parse()).toThrow(/MLFLOW_PORT.*'x' is not a port/)
  })
})

test('docs/configuration.md is what the settings table says', () => {
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  expect(page, 'run `npm run docs`').toBe(configPage())
})
